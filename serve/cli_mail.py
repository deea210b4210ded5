"""The commands of the command line that have to do with mailboxes."""

from typing import Annotated

import typer

from salver.serve.options import AutoApprove, BundleFolder, Json, SettingsFile, StoreUrl


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
    as_json: Json = False,
) -> None:
    """Watch the mailboxes of the settings until it is stopped: take in each mail once, decide it, and put it where it
    belongs.

    What is answered by itself goes into the outbox, everything else becomes a draft for the agent. Nothing is sent but
    answers to the intents that a mailbox names in "send".
    """
    from salver.serve.watching import watch as run

    run(
        mailboxes or (),
        once=once,
        from_start=from_start,
        bundle=bundle,
        store=store,
        settings=settings,
        as_json=as_json,
        auto_approve=auto_approve,
    )
