"""The commands on what a company has already: take it in, and play it through before anything goes live."""

from pathlib import Path
from typing import Annotated

import typer

from salver.serve.options import Json, Own, SettingsFile


def import_(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE…", help="mbox, Maildir, .eml, or the export of Zammad, Zendesk or Freshdesk (JSON, CSV)."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="ARCHIVE.jsonl", help="What was answered is added here.")
    ] = None,
    backlog: Annotated[
        Path | None,
        typer.Option("--backlog", metavar="FILE", help="What waits is added here: mails to .mbox, tickets to .jsonl."),
    ] = None,
    intent_from: Annotated[
        str, typer.Option("--intent-from", metavar="FIELD", help="Which field of a ticket says what was wanted.")
    ] = "",
    own: Own = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Take in what you have as an archive, to learn from, and a backlog. It answers nobody, and can be repeated.

    Fields of tickets are tags, group, type, and those of your own. Private notes and what the
    system wrote are left out.
    """
    from salver.serve.imports import import_all as run

    run(
        sources,
        out=out,
        backlog=backlog,
        intent_from=intent_from,
        own=own or (),
        settings=settings,
        as_json=as_json,
    )
