"""Bundles: written whole, believed only when every byte is as it was."""

import io
import json
import os
import pickle
import shutil
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from salver.data.errors import BundleError
from salver.models.answers import WEIGHTS
from salver.models.bundle import Draft, load, save
from tests.training.small import draft


@pytest.fixture(scope="module")
def small() -> Draft:
    return draft()


@pytest.fixture
def bundle(small: Draft, tmp_path: Path) -> Path:
    save(small, tmp_path / "first")
    return tmp_path / "first"


def test_what_is_loaded_is_what_was_saved(small: Draft, bundle: Path) -> None:
    loaded = load(bundle)
    assert (loaded.name, loaded.policy, loaded.templates, loaded.skills) == (
        small.name, small.policy, small.templates, small.skills,
    )  # fmt: skip
    assert tuple(loaded.cases.values()) == small.cases
    assert loaded.team == small.team
    assert loaded.company == small.company
    assert loaded.profile == small.profile


def test_a_loaded_bundle_reads_texts_as_the_one_that_was_saved(small: Draft, bundle: Path) -> None:
    loaded, texts = load(bundle), [case.question for case in small.cases]
    assert np.array_equal(loaded.encoder.encode(texts), small.encoder.encode(texts))
    assert loaded.urgency.levels(texts) == small.urgency.levels(texts)


def test_the_same_draft_gives_the_same_bytes(small: Draft, tmp_path: Path) -> None:
    save(small, tmp_path / "one")
    save(small, tmp_path / "two")
    assert {p.name: p.read_bytes() for p in (tmp_path / "one").iterdir()} == {
        p.name: p.read_bytes() for p in (tmp_path / "two").iterdir()
    }


def test_a_bundle_is_never_edited(small: Draft, bundle: Path) -> None:
    with pytest.raises(BundleError, match="a bundle is never edited"):
        save(small, bundle)


def test_nothing_half_written_is_left_when_the_disk_is_full(
    small: Draft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BundleError, match="No space left on device"):
        save(small, tmp_path / "first")
    assert list(tmp_path.iterdir()) == []


def test_no_bundle_here(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"there is no bundle here\. Train one: salver train"):
        load(tmp_path / "nowhere")


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="this folder is no bundle, or a damaged one"):
        load(tmp_path)


def _rewrite(folder: Path, name: str, content: bytes) -> None:
    """Put another content in a file and make the manifest believe it."""
    (folder / name).write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][name] = {"sha256": sha256(content).hexdigest(), "size": len(content)}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def _manifest(folder: Path, change: Callable[[dict], object]) -> None:  # type: ignore[type-arg]
    manifest = json.loads((folder / "manifest.json").read_text())
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))


def _npz(**arrays: np.ndarray) -> bytes:  # type: ignore[type-arg]
    target = io.BytesIO()
    np.savez(target, **arrays)
    return target.getvalue()


def _with(folder: Path, name: str, **changed: np.ndarray) -> bytes:  # type: ignore[type-arg]
    with np.load(folder / name) as saved:
        return _npz(**(dict(saved) | changed))


def _linked(folder: Path) -> None:
    (folder / "vectors.npz").rename(folder.parent / "elsewhere.npz")
    (folder / "vectors.npz").symlink_to(folder.parent / "elsewhere.npz")


def _facts(folder: Path, change: Callable[[dict], object]) -> None:  # type: ignore[type-arg]
    facts = json.loads((folder / "facts.json").read_text())
    change(facts)
    _rewrite(folder, "facts.json", json.dumps(facts).encode())


HOSTILE: dict[str, Callable[[Path], object]] = {
    "a byte changed": lambda f: (f / "intents.npz").write_bytes((f / "intents.npz").read_bytes()[:-1] + b"x"),
    "cut short": lambda f: (f / "vectors.npz").write_bytes((f / "vectors.npz").read_bytes()[:100]),
    "a file missing": lambda f: (f / "cases.json").unlink(),
    "an empty file": lambda f: (f / "facts.json").write_bytes(b""),
    "a link": _linked,
    "another format": lambda f: _manifest(f, lambda m: m.update(format=99)),
    "no format": lambda f: _manifest(f, lambda m: m.pop("format")),
    "no files": lambda f: _manifest(f, lambda m: m.pop("files")),
    "files that are a list": lambda f: _manifest(f, lambda m: m.update(files=["a"])),
    "a manifest that is a list": lambda f: (f / "manifest.json").write_text("[]"),
    "a manifest of rubbish": lambda f: (f / "manifest.json").write_bytes(b"\x00\xff{"),
    "a name that climbs": lambda f: _manifest(f, lambda m: m["files"].update({"../x": {"sha256": "", "size": 0}})),
    "an absolute name": lambda f: _manifest(f, lambda m: m["files"].update({"/etc/passwd": {"sha256": "", "size": 0}})),
    "a sum that is a number": lambda f: _manifest(f, lambda m: m["files"]["cases.json"].update(sha256=5)),
    "no encoder": lambda f: _manifest(f, lambda m: m["files"].pop("encoder.npz")),
    "labels missing": lambda f: _manifest(f, lambda m: m.pop("labels")),
    "labels that are numbers": lambda f: _manifest(f, lambda m: m.update(labels=[1, 2])),
    "a pickle inside": lambda f: _rewrite(f, "vectors.npz", pickle.dumps({"a": 1})),
    "an array of objects": lambda f: _rewrite(f, "vectors.npz", _npz(vectors=np.array([{"a": 1}], dtype=object))),
    "an array of words": lambda f: _rewrite(f, "vectors.npz", _npz(vectors=np.array(["a"]))),
    "not a number": lambda f: _rewrite(f, "vectors.npz", _npz(vectors=np.full((3, 192), np.nan, np.float32))),
    "endless numbers": lambda f: _rewrite(f, "urgency.npz", _with(f, "urgency.npz", bias=np.full(3, np.inf))),
    "vectors of another size": lambda f: _rewrite(f, "vectors.npz", _npz(vectors=np.zeros((3, 7), np.float32))),
    "fewer vectors than cases": lambda f: _rewrite(f, "vectors.npz", _npz(vectors=np.zeros((1, 192), np.float32))),
    "vectors under another name": lambda f: _rewrite(f, "vectors.npz", _npz(other=np.zeros((3, 192), np.float32))),
    "weights of another shape": lambda f: _rewrite(
        f, "intents.npz", _with(f, "intents.npz", word_weights=np.zeros((2, 2), np.float32))
    ),
    "a table with too few rows": lambda f: _rewrite(
        f, "encoder.npz", _with(f, "encoder.npz", table=np.zeros((1, 192), np.float16))
    ),
    "opinions of another number": lambda f: _rewrite(f, "intents.npz", _with(f, "intents.npz", weights=np.ones(9))),
    "cases that are words": lambda f: _rewrite(f, "cases.json", b'["a", "b"]'),
    "cases that are no JSON": lambda f: _rewrite(f, "cases.json", b"[{"),
    "a weight that is a word": lambda f: _facts(f, lambda one: one.update(ranking={"near": "much"})),
    "a weight below zero": lambda f: _facts(f, lambda one: one.update(ranking={"near": -1.0})),
    "an endless weight": lambda f: _facts(f, lambda one: one.update(ranking={"near": 1e400})),
    "a ranking that is a list": lambda f: _facts(f, lambda one: one.update(ranking=[1.0])),
    "a profile without shares": lambda f: _facts(f, lambda one: one["profile"]["cosine"].update(shares=[])),
    "facts of another kind": lambda f: _rewrite(f, "facts.json", b'{"company": 5}'),
    "a text in place of an archive": lambda f: _rewrite(f, "intents.npz", b"PK\x03\x04 but not really"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_or_damaged_bundle_is_refused_with_words(bundle: Path, what: str) -> None:
    HOSTILE[what](bundle)
    with pytest.raises(BundleError) as refusal:
        load(bundle)
    assert str(bundle) in str(refusal.value)
    assert refusal.value.todo


def test_a_bundle_can_be_moved(bundle: Path, tmp_path: Path) -> None:
    shutil.move(bundle, tmp_path / "moved")
    assert load(tmp_path / "moved").name == "first"


def test_a_training_keeps_how_the_messages_looked_that_it_had_not_seen(small: Draft) -> None:
    assert small.profile is not None
    assert small.profile.messages == len(small.cases)
    assert sum(share for _, share in small.profile.intents) == pytest.approx(1)
    assert all(0 < edge < 0.99 for edge in small.profile.cosine.edges), "no message is near to itself"


def test_a_bundle_of_before_profiles_were_kept_is_still_good(bundle: Path) -> None:
    _facts(bundle, lambda one: one.pop("profile"))
    assert load(bundle).profile is None


def test_a_policy_travels_whole(small: Draft, tmp_path: Path) -> None:
    stricter = replace(small, policy=replace(small.policy, answer_at=0.97, max_error=0.01, never_answer=("power",)))
    save(stricter, tmp_path / "strict")
    assert load(tmp_path / "strict").policy == stricter.policy


def test_the_weights_of_the_ranking_travel(small: Draft, tmp_path: Path) -> None:
    save(replace(small, ranking={"near": 0.25, "words": 2.0}), tmp_path / "ranked")
    assert load(tmp_path / "ranked").ranking == {"near": 0.25, "words": 2.0}


def test_a_bundle_from_before_answers_were_ranked_has_the_usual_weights(bundle: Path) -> None:
    facts = json.loads((bundle / "facts.json").read_text())
    del facts["ranking"]
    _rewrite(bundle, "facts.json", json.dumps(facts).encode())
    assert load(bundle).ranking == WEIGHTS
