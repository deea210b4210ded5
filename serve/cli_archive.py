"""The commands on what a company has already: take it in, and play it through before anything goes live."""

from pathlib import Path
from typing import Annotated

import typer

from salver.serve.options import Columns, Intents, Json, Own, SettingsFile


def import_(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE…",
            help="mbox, Maildir, .eml, imaps://user@host/Folder, or an export of Zammad, Zendesk or Freshdesk.",
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


def replay(
    archives: Annotated[
        list[Path], typer.Argument(metavar="ARCHIVE…", help="Resolved messages with their answers and dates.")
    ],
    out: Annotated[Path, typer.Option("--out", help="One HTML file with all pictures in it.")] = Path("replay.html"),
    minutes: Annotated[float, typer.Option(min=0.1, help="What an answer by hand takes.")] = 6.0,
    max_error: Annotated[
        float | None,
        typer.Option(min=0.0001, max=0.5, help="Your bound, beside 1, 2, 5 and 10 %; 0.02 by default."),
    ] = None,
    columns: Columns = None,
    own: Own = None,
    intents: Intents = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Live through an archive in the order of time as if salver had been there: what it would have answered, how often
    wrongly, to whom it would have brought the rest, and what that would have saved. Nothing is sent or kept."""
    from salver.serve.replay import replay as run

    run(
        archives,
        out,
        minutes=minutes,
        max_error=max_error,
        columns=columns or (),
        own=own or (),
        intents=intents,
        settings=settings,
        as_json=as_json,
    )
