"""`salver backup` and `salver restore`: a store and the secret of its Message-IDs, out into a folder and back.

FOLDER/store.db        the store, whole and checked, with an open fuse
FOLDER/message.secret  what Message-IDs are derived with, where it is a file of ours
"""

import shutil
from pathlib import Path

from salver.data.backup import check, copy
from salver.data.database import parse_url, place
from salver.data.errors import InputError, StoreError
from salver.data.store import Store
from salver.pipeline.explain import counted
from salver.pipeline.run import now_utc
from salver.serve import show
from salver.serve.settings import Settings
from salver.serve.wiring import existing_store, home_of, settings_of

STORE, SECRET = "store.db", "message.secret"


def backup(folder: Path, *, store: str | None, settings: Path | None, as_json: bool) -> None:
    """Write a copy while others may work. Raises InputError where the folder is there, StoreError where there is no
    store or the disk does not allow it."""
    known = settings_of(settings)
    if folder.exists():
        raise InputError("It is there already", where=str(folder), todo="Name a folder that is not there yet.")
    with existing_store(known, store) as kept:
        if kept is None:
            where = place(parse_url(store or known.store))
            raise StoreError("There is no store to copy", where=where, todo="Name it with --store, or in the settings.")
        made = _made(folder)
        try:
            copy(kept, made / STORE, now_utc())
            if (known.home / SECRET).is_file():
                shutil.copy2(known.home / SECRET, made / SECRET)
            made.replace(folder)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
    with Store.open(str(folder / STORE)) as copied:
        messages = copied.counts().received
    if as_json:
        show.machine({"folder": str(folder), "messages": messages, "secret": (folder / SECRET).is_file()})
    else:
        show.words(f"{counted(messages, 'message')} and all that belongs to them are in {folder}.")


def restore(folder: Path, *, store: str | None, settings: Path | None, as_json: bool) -> None:
    """Lay a copy where the store is. Raises InputError where a store lies already, StoreError where the copy is not
    whole."""
    known = settings_of(settings)
    file = _file(known, store)
    for left in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))):
        if left.exists():
            todo = "Stop salver, and move it away with its -wal and -shm; nothing was changed."
            raise InputError("A store lies there", where=str(left), todo=todo)
    if not (folder / STORE).is_file():
        raise InputError(f"There is no {STORE}", where=str(folder), todo="Name a folder that salver backup wrote.")
    part = file.with_name(f".{file.name}.part")
    try:
        shutil.copy2(folder / STORE, part)
        with Store.open(str(part)) as kept:
            decisions, messages = check(kept), kept.counts().received
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    if (folder / SECRET).is_file() and not (home_of(known) / SECRET).exists():
        shutil.copy2(folder / SECRET, known.home / SECRET)
    if as_json:
        show.machine({"store": str(file), "messages": messages, "decisions": decisions})
        return
    show.words(f"{counted(messages, 'message')} and {counted(decisions, 'decision')} are whole and lie in {file}.")
    show.words("The fuse is open: no answer leaves until you have looked what left since. See docs/operation.md.")


def _made(folder: Path) -> Path:
    """A folder beside that becomes this one when all is in it."""
    made = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(mode=0o700, parents=True)
    return made


def _file(settings: Settings, store: str | None) -> Path:
    """The file of the store; its folder is made if need be."""
    url = parse_url(store or settings.store)
    if url.get_backend_name() != "sqlite" or not url.database:
        todo = "Restore it with pg_restore, then open the fuse: salver outbox fuse --open"
        raise InputError("Only SQLite stores are restored so", where=place(url), todo=todo)
    if store is None and not settings.store_url:
        home_of(settings)
    return Path(url.database)
