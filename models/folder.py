"""How a bundle lies on disk: written whole or not at all, and not believed until every byte is checked."""

import io
import json
import os
import shutil
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from salver.data.errors import BundleError

MANIFEST = "manifest.json"
_LARGEST_MANIFEST = 4 << 20
_LARGEST_FILE = 8 << 30
_AGAIN = "Train it again, or roll back to another."


def write_folder(folder: Path, version: int, facts: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
    """Write files and their manifest beside `folder`, sync, and rename. Raises BundleError; leaves nothing half."""
    if folder.exists():
        raise BundleError(
            "there is something already, and a bundle is never edited",
            where=str(folder),
            todo="Give another name, or remove it.",
        )
    beside = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    sums = {name: {"sha256": sha256(content).hexdigest(), "size": len(content)} for name, content in files.items()}
    manifest = json.dumps({"format": version, **facts, "files": sums}, indent=1, ensure_ascii=False).encode()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside.mkdir()
        for name, content in {**files, MANIFEST: manifest}.items():
            _write_synced(beside / name, content)
        beside.rename(folder)
        _sync(folder.parent)
    except OSError as error:
        shutil.rmtree(beside, ignore_errors=True)
        raise BundleError(
            f"the bundle cannot be written ({error.strerror})",
            where=str(folder),
            todo="Make room or choose another place; nothing half-written was left.",
        ) from error


def checked(folder: Path, version: int) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The manifest and the content of all files, each of the size and sha256 that the manifest says."""
    manifest = _manifest(folder, version)
    files: dict[str, bytes] = {}
    for name, told in manifest["files"].items():
        files[name] = _content(folder, name, told)
    return manifest, files


def _manifest(folder: Path, version: int) -> dict[str, Any]:
    if not folder.is_dir():
        raise BundleError("there is no bundle here", where=str(folder), todo="Train one: salver train ARCHIVE --out …")
    try:
        content = _regular(folder / MANIFEST, _LARGEST_MANIFEST)
        manifest = json.loads(content)
    except (OSError, ValueError) as error:
        raise BundleError("this folder is no bundle, or a damaged one", where=str(folder), todo=_AGAIN) from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
        raise BundleError("its manifest is not one of a bundle", where=str(folder), todo=_AGAIN)
    if manifest.get("format") != version:
        raise BundleError(
            f"the bundle has format {manifest.get('format')!r}, this program reads format {version}",
            where=str(folder),
            todo="Train it again with this version.",
        )
    return manifest


def _content(folder: Path, name: str, told: Any) -> bytes:
    damaged = BundleError(f'its file "{name}" is damaged or missing', where=str(folder), todo=_AGAIN)
    if not isinstance(told, dict) or Path(name).name != name or name.startswith("."):
        raise damaged
    try:
        content = _regular(folder / name, _LARGEST_FILE)
    except OSError as error:
        raise damaged from error
    if len(content) != told.get("size") or sha256(content).hexdigest() != told.get("sha256"):
        raise damaged
    return content


def _regular(path: Path, largest: int) -> bytes:
    """The content of a regular file, not of a link, up to a size."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(handle, "rb") as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        raise OSError("too large")
    return content


def bytes_of(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Arrays as the bytes of an .npz file; the same arrays give the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(arrays):
            part = io.BytesIO()
            np.lib.format.write_array(part, np.ascontiguousarray(arrays[name]), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), part.getvalue())
    return target.getvalue()


def arrays_of(content: bytes, folder: Path) -> dict[str, NDArray[Any]]:
    """The arrays of an .npz file. Raises BundleError for objects, and for numbers that are none."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as loaded:
            arrays = {name: loaded[name] for name in loaded.files}
    except (ValueError, OSError, zipfile.BadZipFile) as error:
        raise BundleError("one of its files holds no plain numbers", where=str(folder), todo=_AGAIN) from error
    for name, array in arrays.items():
        if array.dtype.kind not in "iuf" or not np.isfinite(array).all():
            raise BundleError(f'its array "{name}" holds no plain numbers', where=str(folder), todo=_AGAIN)
    return arrays


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
