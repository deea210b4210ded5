"""The command line: which commands there are and what they take. What they do lies in the file that each one opens.

Nothing heavy is imported here, so that `salver --help` answers at once.
"""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from salver.serve import cli_archive, cli_mail, cli_outbox, cli_templates
from salver.serve.endings import sentences
from salver.serve.options import AutoApprove, BundleFolder, Columns, Intents, Json, LogJson, Own, SettingsFile, StoreUrl


class _Commands(TyperGroup):
    """Runs a command so that it ends in a sentence whatever happens."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        with sentences():
            return super().invoke(ctx)


app = typer.Typer(
    cls=_Commands,
    name="salver",
    help="Reads customers' messages, answers what recurs within a stated error bound, and brings the rest to the agent "
    "who solves it best.",
    epilog='Every command explains itself: salver COMMAND --help. Try "salver demo" first.',
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
bundles = typer.Typer(
    help="The trained bundles: list them, promote one, or roll back.",
    invoke_without_command=True,
    rich_markup_mode=None,
)
app.add_typer(bundles, name="bundles")
app.add_typer(cli_templates.app, name="templates")
app.add_typer(cli_outbox.app, name="outbox")


@app.command(short_help="Try it all on a small made-up company.")
def demo(
    out: Annotated[Path, typer.Option("--out", help="Where everything goes.")] = Path("salver-demo"),
    auto_approve: AutoApprove = True,
    as_json: Json = False,
) -> None:
    """Train on a small company's archive, work off its backlog, and compare with the truth."""
    from salver.serve.demo import demo as run

    run(out, as_json=as_json, auto_approve=auto_approve)


@app.command(short_help="Show what is read of messages.")
def read(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="mbox, Maildir, folders of .eml, .eml, tables.")],
    as_json: Json = False,
    settings: SettingsFile = None,
) -> None:
    """Show what is read of messages: text, what was cut away, and whether a person wrote it."""
    from salver.serve.read import read as run

    run(paths, as_json=as_json, settings=settings)


app.command("import", short_help="Take in mailboxes and helpdesks' exports.")(cli_archive.import_)
app.command(short_help="Live through an archive as if salver had been there.")(cli_archive.replay)


@app.command()
def train(
    archives: Annotated[list[Path], typer.Argument(metavar="ARCHIVE…", help="Resolved messages with their answers.")],
    out: Annotated[Path, typer.Option("--out", metavar="BUNDLE", help="The folder to write; must not exist yet.")],
    encoder: Annotated[
        str, typer.Option(help='"history", or the name or folder of a sentence-transformers model.')
    ] = "history",
    max_error: Annotated[
        float | None,
        typer.Option(min=0.0001, max=0.5, help="The share of automatic answers that may be wrong; 0.02 by default."),
    ] = None,
    columns: Columns = None,
    own: Own = None,
    intents: Intents = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Learn from an archive of resolved messages."""
    from salver.serve.learn import Lesson
    from salver.serve.learn import train as run
    from salver.serve.wiring import settings_of

    known = settings_of(settings)
    bound = max_error or known.max_error
    asked = Lesson.asked(archives, encoder=encoder, max_error=bound, columns=columns, own=own, intents=intents)
    run(asked, out, known, as_json=as_json)


@app.command(short_help="Decide every message of a mailbox.")
def batch(
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="A mailbox, a folder of mails, or a table.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE.jsonl", help="A JSON line a message is appended here.")],
    bundle: BundleFolder = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=0, help="Processes; 0 works in this one. By default one a core where it pays.", show_default=False
        ),
    ] = None,
    store: StoreUrl = None,
    settings: SettingsFile = None,
    auto_approve: AutoApprove = False,
    as_json: Json = False,
) -> None:
    """Decide every message of a source; interrupted and started again, it goes on where it was.

    Messages are stored before anything is done with them: in the store that is named here or in the settings, otherwise
    in FILE.jsonl.store.db beside the decisions.
    """
    from salver.serve.batch import batch as run

    run(
        source,
        out,
        bundle=bundle,
        workers=workers,
        store=store,
        settings=settings,
        as_json=as_json,
        auto_approve=auto_approve,
    )


@app.command()
def explain(
    file: Annotated[Path, typer.Argument(metavar="FILE.eml", help="One mail.")],
    bundle: BundleFolder = None,
    store: StoreUrl = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Say in words what each step finds in one mail."""
    from salver.serve.explain import explain as run

    run(file, bundle=bundle, store=store, settings=settings, as_json=as_json)


@app.command()
def serve(
    bundle: BundleFolder = None,
    host: Annotated[str | None, typer.Option(help="Where to listen.", show_default=False)] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Which port.", show_default=False)] = None,
    store: StoreUrl = None,
    settings: SettingsFile = None,
    log_json: LogJson = False,
) -> None:
    """Answer over HTTP; the documentation is at /docs."""
    from salver.serve.http.listen import listen

    listen(bundle=bundle, host=host, port=port, store=store, settings=settings, log_json=log_json)


cli_mail.add_to(app)


@app.command(short_help="Take in what agents changed.")
def correct(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or JSON lines.")],
    store: StoreUrl = None,
    settings: SettingsFile = None,
    bundle: BundleFolder = None,
    as_json: Json = False,
) -> None:
    """Take in what agents changed; it helps at once, and more after "salver retrain".

    Columns: message (the id of its decision), agent, and what was changed of intent, urgency, answer, assignee; reason.
    Who only checks whether an answer that was set aside is right says so in the column right: yes or no.
    """
    from salver.serve.correct import correct as run

    run(file, bundle=bundle, store=store, settings=settings, as_json=as_json)


@app.command(short_help="Learn again, and promote what is better.")
def retrain(
    archives: Annotated[
        list[Path] | None, typer.Argument(metavar="[ARCHIVE…]", help="By default those of the last training.")
    ] = None,
    store: StoreUrl = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Learn again from archive and corrections; promote the result only when it is shown to be better."""
    from salver.serve.learn import retrain as run

    run(tuple(archives or ()), store=store, settings=settings, as_json=as_json)


@app.command(short_help="Say whether the error bound is still held.")
def bound(
    waiting: Annotated[bool, typer.Option("--waiting", help="List the answers that wait for a check instead.")] = False,
    bundle: BundleFolder = None,
    store: StoreUrl = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Say whether the error bound of the bundle that serves is still held, and by what that is known."""
    from salver.serve.bound import bound as run

    run(bundle=bundle, store=store, settings=settings, waiting=waiting, as_json=as_json)


@app.command(short_help="List what would be worth writing down.")
def gaps(
    minutes: Annotated[float, typer.Option(min=0.1, help="What an answer by hand takes.")] = 6.0,
    top: Annotated[int, typer.Option(min=1, help="How many to list.")] = 20,
    bundle: BundleFolder = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """List requests that recur without a text, texts after which customers write again, contradictions, stale texts."""
    from salver.serve.gaps import show_gaps

    show_gaps(bundle=bundle, settings=settings, minutes=minutes, top=top, as_json=as_json)


@bundles.callback()
def list_bundles(context: typer.Context, settings: SettingsFile = None, as_json: Json = False) -> None:
    """The trained bundles: list them, promote one, or roll back."""
    from salver.serve import bundles as run

    if context.invoked_subcommand is None:
        run.show_all(settings, as_json=as_json)


@bundles.command("list")
def list_them(settings: SettingsFile = None, as_json: Json = False) -> None:
    """List the bundles, as "salver bundles" alone does."""
    from salver.serve import bundles as run

    run.show_all(settings, as_json=as_json)


@bundles.command()
def promote(
    bundle: Annotated[str, typer.Argument(metavar="NAME|FOLDER", help="A bundle of the list, or the path of another.")],
    because: Annotated[str, typer.Option(help="Kept in the history.")] = "promoted by hand",
    settings: SettingsFile = None,
) -> None:
    """Make a bundle the one that serves."""
    from salver.serve import bundles as run

    run.promote(bundle, because, settings)


@bundles.command()
def rollback(settings: SettingsFile = None) -> None:
    """Go back to the bundle that served before."""
    from salver.serve import bundles as run

    run.rollback(settings)


@bundles.command()
def export(
    bundle: Annotated[str, typer.Argument(metavar="NAME|FOLDER", help="A bundle of the list, or the path of another.")],
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="The folder to write; must not exist yet.")],
    settings: SettingsFile = None,
) -> None:
    """Write a bundle's learned encoder as a sentence-transformers model, which anybody can load."""
    from salver.serve import bundles as run

    run.export(bundle, out, settings)


@app.command(short_help="Draw how it goes on one page.")
def report(
    out: Annotated[Path, typer.Option("--out", help="One HTML file with all pictures in it.")] = Path("report.html"),
    bundle: BundleFolder = None,
    store: StoreUrl = None,
    settings: SettingsFile = None,
) -> None:
    """Draw volumes, intents, decisions, calibration, coverage and skills on one page."""
    from salver.serve.overview import report as run

    run(out, bundle=bundle, store=store, settings=settings)


def main() -> None:
    """The command `salver`."""
    app()
