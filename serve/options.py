"""Options of the command line that several commands take."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON for a machine instead of a table for a person.")]
SettingsFile = Annotated[
    Path | None, typer.Option("--settings", metavar="FILE", help="The settings; salver.toml if it is there.")
]
LogJson = Annotated[
    bool, typer.Option("--log-json", help="Write the log as JSON lines; it is so anyway where no person looks on.")
]
BundleFolder = Annotated[
    Path | None, typer.Option("--bundle", metavar="FOLDER", help="A trained bundle; the champion by default.")
]
AutoApprove = Annotated[
    bool, typer.Option("--auto-approve/--no-auto-approve", help="Send texts that nobody has read. Only to try it out.")
]
ByWhom = Annotated[str, typer.Option("--by", metavar="NAME", help="Who says so; by default who is logged in.")]
Sha256 = Annotated[
    str, typer.Option("--sha256", metavar="DIGITS", help="Only if the text still has this sha256, or one beginning so.")
]
StoreUrl = Annotated[
    str | None, typer.Option("--store", metavar="URL", help="The store, as sqlite:///FILE or postgresql://…")
]
Columns = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="FIELD=COLUMN", help="Which column holds what, as in answer=reply_text."),
]
Own = Annotated[
    list[str] | None,
    typer.Option("--own", metavar="ADDRESS", help="An address or @domain of the company; its mails are the answers."),
]
Intents = Annotated[
    Path | None,
    typer.Option("--intents", help="Intents of an archive without labels: written there, edited by you."),
]
