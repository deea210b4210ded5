"""The commands of `salver templates`: what they take. What they do lies in `serve/templates.py`, opened by each."""

from pathlib import Path
from typing import Annotated

import typer

from salver.serve.options import BundleFolder, ByWhom, Json, SettingsFile, Sha256, StoreUrl

app = typer.Typer(
    help="The texts that may be sent: list them, read one, approve, reject or edit it.",
    short_help="Read and approve the texts that may be sent.",
    invoke_without_command=True,
    rich_markup_mode=None,
)

One = Annotated[str, typer.Argument(metavar="ID", help="A template's id, as in the list.")]
Some = Annotated[list[str], typer.Argument(metavar="ID…", help="Ids of templates, as in the list.")]
Waiting = Annotated[bool, typer.Option("--waiting", help="Only those that wait for a word.")]


@app.callback()
def list_templates(
    context: typer.Context,
    waiting: Waiting = False,
    bundle: BundleFolder = None,
    store: StoreUrl = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """The texts that may be sent: list them, read one, approve, reject or edit it."""
    if context.invoked_subcommand is None:
        list_them(waiting, bundle, store, settings, as_json)


@app.command("list")
def list_them(
    waiting: Waiting = False,
    bundle: BundleFolder = None,
    store: StoreUrl = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """List the templates, as "salver templates" alone does."""
    from salver.serve import templates as run

    run.list_all(run.Place(bundle=bundle, store=store, settings=settings), waiting=waiting, as_json=as_json)


@app.command()
def show(
    template: One,
    bundle: BundleFolder = None,
    store: StoreUrl = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Show one text with its slots, and what speaks for it."""
    from salver.serve import templates as run

    run.show_one(template, run.Place(bundle=bundle, store=store, settings=settings), as_json=as_json)


@app.command()
def approve(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID…]", help="Ids of templates, as in the list.")] = None,
    all_of: Annotated[
        list[str] | None, typer.Option("--all-of", metavar="INTENT", help="All of an intent that wait.")
    ] = None,
    by: ByWhom = "",
    sha256: Sha256 = "",
    bundle: BundleFolder = None,
    store: StoreUrl = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Let texts be sent without a person; the approval is bound to the text as it stands now."""
    from salver.serve import templates as run

    place = run.Place(bundle=bundle, store=store, settings=settings)
    run.approve(ids or (), all_of or (), place, by=by, sha256=sha256, as_json=as_json)


@app.command()
def reject(
    ids: Some,
    by: ByWhom = "",
    sha256: Sha256 = "",
    bundle: BundleFolder = None,
    store: StoreUrl = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Let texts never be sent without a person."""
    from salver.serve import templates as run

    place = run.Place(bundle=bundle, store=store, settings=settings)
    run.reject(ids, place, by=by, sha256=sha256, as_json=as_json)


@app.command()
def edit(
    template: One,
    text: Annotated[str | None, typer.Option(help="The new text, with slots such as {reading}.")] = None,
    file: Annotated[Path | None, typer.Option(help="A file that holds the new text.")] = None,
    by: ByWhom = "",
    sha256: Sha256 = "",
    bundle: BundleFolder = None,
    store: StoreUrl = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Put another text in the place of one; it waits to be approved."""
    from salver.serve import templates as run

    place = run.Place(bundle=bundle, store=store, settings=settings)
    run.edit_one(template, run.text_of(text, file), place, by=by, sha256=sha256, as_json=as_json)
