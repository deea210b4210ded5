"""The commands of the command line that have to do with mailboxes."""

from pathlib import Path
from typing import Annotated

import typer

from salver.serve.options import AutoApprove, BundleFolder, Json, LogJson, SettingsFile, StoreUrl


def status(
    health: Annotated[
        bool, typer.Option("--health", help="Only what customers' mail waits for, quickly; for containers and systemd.")
    ] = False,
    bundle: BundleFolder = None,
    store: StoreUrl = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Say how everything is: mailboxes, what waits, what left, the fuse, the bundle and its bound, the store.

    Ends with 0 when all is well, and with 1 when something needs a person; then it says what to do.
    """
    from salver.serve.status import status as run

    run(bundle=bundle, store=store, settings=settings, health=health, as_json=as_json)


def backup(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder to write; must not exist yet.")],
    store: StoreUrl = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Copy the store, and the secret that Message-IDs are derived with, while others work on. The copy is checked.

    In a copy the fuse is open, so that nothing leaves twice after it was restored.
    """
    from salver.serve.backup import backup as run

    run(folder, store=store, settings=settings, as_json=as_json)


def restore(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that salver backup wrote.")],
    store: StoreUrl = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Lay a copy where the store is; what lies there must be moved away before. No answer leaves until the fuse is
    closed.
    """
    from salver.serve.backup import restore as run

    run(folder, store=store, settings=settings, as_json=as_json)


def watch(
    mailboxes: Annotated[
        list[str] | None, typer.Argument(metavar="[MAILBOX…]", help="By default all of the settings.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Look once and end, for cron.")] = False,
    from_start: Annotated[
        bool, typer.Option("--from-start", help="Take also what lay there before the first look.")
    ] = False,
    bundle: BundleFolder = None,
    store: StoreUrl = None,
    settings: SettingsFile = None,
    auto_approve: AutoApprove = False,
    metrics: Annotated[
        str, typer.Option("--metrics", metavar="HOST:PORT", help="Give figures for Prometheus there.")
    ] = "",
    log_json: LogJson = False,
    as_json: Json = False,
) -> None:
    """Watch the mailboxes of the settings until it is stopped: take in each mail once, decide it, and put it where it
    belongs.

    What is answered by itself goes into the outbox, everything else becomes a draft for the agent. Nothing is sent but
    answers to the intents that a mailbox names in "send".
    """
    from salver.serve.mail.watching import watch as run

    run(
        mailboxes or (),
        once=once,
        from_start=from_start,
        bundle=bundle,
        store=store,
        settings=settings,
        as_json=as_json,
        auto_approve=auto_approve,
        log_json=log_json,
        metrics=metrics,
    )


def add_to(app: typer.Typer) -> None:
    """Let the command line have these commands."""
    app.command(short_help="Watch mailboxes: take in, decide, answer.")(watch)
    app.command(short_help="Say how everything is, and what needs a person.")(status)
    app.command(short_help="Copy the store while it is in use.")(backup)
    app.command(short_help="Lay a copy where the store was.")(restore)
