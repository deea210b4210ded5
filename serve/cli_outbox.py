"""The commands of `salver outbox`: what they take. What they do lies in `serve/mail/mails.py`, opened by each."""

from typing import Annotated, Literal

import typer

from salver.serve.options import ByWhom, Json, SettingsFile, StoreUrl

app = typer.Typer(
    help="The mails on their way out: list them, read one, say what became of it, keep it back; and the fuse.",
    short_help="See and settle the mails on their way out.",
    invoke_without_command=True,
    rich_markup_mode=None,
)

One = Annotated[str, typer.Argument(metavar="ID", help="A Message-ID as in the list, or the start of its digits.")]
States = Annotated[
    list[str] | None,
    typer.Option(
        "--state", help="Only those ready, sending, sent, uncertain, failed or held; may be given several times."
    ),
]
How = Annotated[
    Literal["sent", "again", "drop"],
    typer.Argument(help="sent: it arrived; again: send it again; drop: never send it, a person answers."),
]
Because = Annotated[str, typer.Option("--because", metavar="WORDS", help="Why; it is kept.")]


@app.callback()
def list_outbox(
    context: typer.Context,
    state: States = None,
    store: StoreUrl = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """The mails on their way out: list them, read one, say what became of it, keep it back; and the fuse."""
    if context.invoked_subcommand is None:
        list_them(state, store, settings, as_json)


@app.command("list")
def list_them(
    state: States = None, store: StoreUrl = None, settings: SettingsFile = None, as_json: Json = False
) -> None:
    """List the mails that are not sent yet or wait for a word; with --state those in that state."""
    from salver.serve.mail import mails as run

    run.list_all(state or (), store, settings, as_json=as_json)


@app.command()
def show(one: One, store: StoreUrl = None, settings: SettingsFile = None, as_json: Json = False) -> None:
    """Show one mail, as it leaves."""
    from salver.serve.mail import mails as run

    run.show_one(one, store, settings, as_json=as_json)


@app.command()
def settle(
    one: One, how: How, by: ByWhom = "", store: StoreUrl = None, settings: SettingsFile = None, as_json: Json = False
) -> None:
    """Say what became of a mail that is uncertain, failed or held, or what shall become of it."""
    from salver.serve.mail import mails as run

    run.settle_one(one, how, by, store, settings, as_json=as_json)


@app.command()
def hold(
    one: One,
    by: ByWhom = "",
    because: Because = "",
    store: StoreUrl = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Keep a mail back that has not left; its message goes to a person."""
    from salver.serve.mail import mails as run

    run.hold_one(one, by, because, store, settings, as_json=as_json)


@app.command()
def fuse(
    close: Annotated[bool, typer.Option("--close", help="Let answers leave again.")] = False,
    open_it: Annotated[bool, typer.Option("--open", help="Let no answer leave until somebody closes it.")] = False,
    release: Annotated[bool, typer.Option("--release", help="With --close: send what the fuse kept back.")] = False,
    by: ByWhom = "",
    because: Because = "",
    store: StoreUrl = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Say how the fuse of the installation stands; open or close it."""
    from salver.serve.mail import mails as run

    asked = run.Asked(close=close, open=open_it, release=release, by=by, because=because)
    run.fuse(asked, store, settings, as_json=as_json)
