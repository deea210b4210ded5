"""A saved bundle, mailboxes and the command line, for the tests of the commands."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from salver.data.answer import Template
from salver.data.approval import Verdict
from salver.data.store import Store
from salver.models.bundle import Draft, load, save
from salver.serve.approvals import judge, judged
from tests.pipeline.small_bundle import ASKED, small_bundle

SALVER = Path(sys.executable).with_name("salver")


@cache
def draft() -> Draft:
    """The small bundle as training would hand it over."""
    bundle = small_bundle()
    cases = tuple(bundle.cases.values())
    same = {one.name: getattr(bundle, one.name) for one in fields(Draft) if hasattr(bundle, one.name)}
    vectors = bundle.encoder.encode([case.question for case in cases])
    return Draft(**same | {"cases": cases, "vectors": vectors, "scores": {}})


@cache
def bundle_folder(name: str = "small") -> Path:
    """Where the small bundle lies, saved once a test run under this name."""
    folder = Path(mkdtemp(prefix="salver-test-")) / name
    save(replace(draft(), name=name), folder)
    return folder


def mail(number: int, text: str) -> str:
    return (
        f"From: Kunde {number} <kunde{number}@posthorn.example>\nTo: service@elmtalwerke.example\n"
        f"Date: Wed, 4 Mar 2026 11:{number % 60:02}:00 +0100\nMessage-ID: <{number}@posthorn.example>\n"
        f"Subject: Anfrage\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
    )


def mailbox(path: Path, count: int, *, first: int = 0) -> Path:
    """An mbox with so many different mails."""
    lines = [line.strip() for asked in ASKED.values() for line in asked.splitlines() if line.strip()]
    texts = islice(cycle(lines), first, first + count)
    mails = [mail(number, f"{text} ({number})") for number, text in enumerate(texts, start=first)]
    path.write_text("".join(f"From kunde@posthorn.example Wed Mar  4 11:00:00 2026\n{one}\n" for one in mails), "utf-8")
    return path


def approve_all(store: Store, templates: Sequence[Template]) -> None:
    """Somebody has read all texts and lets them out."""
    now = datetime.now(UTC)
    originals = {one.id: one for one in templates}
    found = judged(templates, store)
    store.approve([judge(one, originals[one.template.id], Verdict.APPROVED, "anna", now) for one in found])


def approved_store(url: str | Path, bundle: Path | None = None) -> str:
    """A store at this URL, or in this file, in which somebody has let all texts of a bundle out."""
    with Store.open(str(url)) as store:
        approve_all(store, load(bundle or bundle_folder()).templates)
    return str(url)


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def salver(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([SALVER, *map(str, arguments)], capture_output=True, text=True, timeout=1200, cwd=cwd)
