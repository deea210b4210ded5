"""From the settings to what works: store, shelf, bundle, pipeline. The only place that puts them together."""

import getpass
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from salver.data.agent import Team
from salver.data.approval import Approvals
from salver.data.database import parse_url
from salver.data.errors import BundleError, StoreError
from salver.data.store import Store
from salver.models.bundle import Bundle, load
from salver.models.shelf import Shelf
from salver.pipeline.lookup import Lookup
from salver.pipeline.route import Loads
from salver.pipeline.run import Pipeline, now_utc
from salver.serve.learned import relearn
from salver.serve.records import records_of
from salver.serve.settings import Settings, load_settings
from salver.serve.team import read_team
from salver.serve.watch import standing_of

_SECRET_BYTES = 32


def settings_of(file: Path | None) -> Settings:
    """The settings of a file that is named, or of the usual places."""
    return load_settings(file)


def open_store(settings: Settings, url: str | None = None) -> Store:
    """The store of this URL, else that of the settings; its folder is made if need be."""
    if url is None and not settings.store_url:
        home_of(settings)
    return Store.open(url or settings.store)


def with_own_addresses(bundle: Bundle, settings: Settings) -> Bundle:
    """The bundle, to which the addresses of the watched mailboxes are the company's own."""
    known = bundle.company
    more = tuple(one.address for one in settings.mailboxes if not known.owns(one.address))
    return replace(bundle, company=replace(known, own=(*known.own, *more))) if more else bundle


@contextmanager
def existing_store(settings: Settings, url: str | None = None) -> Iterator[Store | None]:
    """The same store, but only if there is one already: none is made. A server is taken to have one."""
    parsed = parse_url(url or settings.store)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
        yield None
        return
    with open_store(settings, url) as store:
        yield store


def open_shelf(settings: Settings) -> Shelf:
    """The shelf of bundles."""
    return Shelf(settings.shelf)


def home_of(settings: Settings) -> Path:
    """The folder for everything that has no place of its own, made if need be."""
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        todo = 'Set "home" to a folder that this user may write.'
        raise StoreError(
            f"This folder cannot be made ({error.strerror})", where=str(settings.home), todo=todo
        ) from error
    return settings.home


def bundle_folder(settings: Settings, given: Path | None = None) -> Path:
    """Where the bundle to be used lies: the one that is named, else the settings', else the champion of the shelf.

    Raises BundleError when there is none at all.
    """
    if named := given or settings.bundle:
        return named
    shelf = open_shelf(settings)
    if shelf.champion is None:
        todo = "Name one with --bundle, or promote one: salver bundles promote FOLDER"
        raise BundleError("no bundle was named and none was promoted", where=str(shelf.folder), todo=todo)
    return shelf.path(shelf.champion)


def open_bundle(settings: Settings, given: Path | None = None) -> Bundle:
    """The bundle to be used, verified."""
    return load(bundle_folder(settings, given))


def open_pipeline(
    settings: Settings, given: Path | None = None, store: Store | None = None, *, auto_approve: bool = False
) -> Pipeline:
    """The way of a message. With a store, it knows the corrections and what everybody has to do already.

    How its error bound stands is known too, by the store or, without one, by its age; and which texts persons have
    approved. With `auto_approve` all count as approved that nobody has rejected.
    """
    pipeline = Pipeline(
        with_own_addresses(open_bundle(settings, given), settings),
        team=team_of(settings),
        audit_share=settings.audit_share,
        lookup=Lookup(records_of(settings.records, settings.records_token), settings.mail_servers),
    )
    pipeline.standing = standing_of(pipeline.bundle, store, settings.bound_days, now_utc())
    pipeline.approvals = Approvals.of_all(store.approvals() if store else (), auto=auto_approve)
    if store is not None:
        pipeline.loads = Loads(store.loads())
        relearn(store, pipeline)
    return pipeline


def team_of(settings: Settings) -> Team | None:
    """The team of the settings, or None: then the bundle knows who answers."""
    return read_team(settings.team) if settings.team else None


def message_secret(settings: Settings) -> bytes:
    """What Message-IDs are derived with: the setting, else a file in `home` that is made once and only its owner reads.

    Who has it can tell which mail answers which message. Raises StoreError where the file cannot be made or read.
    """
    if settings.message_secret:
        return settings.message_secret.encode()
    file = home_of(settings) / "message.secret"
    try:
        if not file.exists():
            _make_secret(file)
        return bytes.fromhex(file.read_text("ascii"))
    except (OSError, ValueError) as error:
        what = f"This file cannot be made or read ({getattr(error, 'strerror', None) or error})"
        todo = "Restore it from a copy, or set message_secret: with another secret no mail of ours is known again."
        raise StoreError(what, where=str(file), todo=todo) from error


def _make_secret(file: Path) -> None:
    """Whole or not at all, and of two who make it at once the first one's counts."""
    written = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    opened = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(opened, "w") as out:
            out.write(secrets.token_hex(_SECRET_BYTES))
            out.flush()
            os.fsync(out.fileno())
        os.link(written, file)
    except FileExistsError:
        return
    finally:
        written.unlink()


def user() -> str:
    """Who works here, by the system."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
