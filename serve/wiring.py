"""From the settings to what works: store, shelf, bundle, pipeline. The only place that puts them together."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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


def settings_of(file: Path | None) -> Settings:
    """The settings of a file that is named, or of the usual places."""
    return load_settings(file)


def open_store(settings: Settings, url: str | None = None) -> Store:
    """The store of this URL, else that of the settings; its folder is made if need be."""
    if url is None and not settings.store_url:
        home_of(settings)
    return Store.open(url or settings.store)


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
        open_bundle(settings, given),
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


def mail_secret(settings: Settings) -> bytes:
    """What the Message-IDs of our mails are derived with: 32 random bytes, made once, that only this user may read."""
    file = home_of(settings) / "mail.secret"
    try:
        if not file.exists():
            beside = file.with_name(f"{file.name}.{os.getpid()}")
            beside.touch(mode=0o600)
            beside.write_text(secrets.token_hex(32), "ascii")
            with suppress(FileExistsError):
                os.link(beside, file)
            beside.unlink()
        return bytes.fromhex(file.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or "it does not hold 64 hexadecimal digits"
        raise StoreError(f"The secret cannot be read ({what})", where=str(file), todo="Restore it.") from error


def team_of(settings: Settings) -> Team | None:
    """The team of the settings, or None: then the bundle knows who answers."""
    return read_team(settings.team) if settings.team else None
