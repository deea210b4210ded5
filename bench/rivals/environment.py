"""An environment for SetFit alone, so that what it pins binds nothing else."""

import os
import subprocess
import sys
from pathlib import Path

_STEPS = (
    ["torch==2.13.0"],
    ["torch==2.13.0", "setfit==1.2.0", "sentence-transformers==6.2.0", "transformers==5.24.0", "datasets==5.2.0"],
)
"""What is installed, torch first and alone; these were tried together."""
_MARK = "installed.txt"
_LIMIT_S = 1200


class NoEnvironment(Exception):  # noqa: N818 (it says what is missing)
    """It cannot be made; the message says why, in one line."""


def default_folder() -> Path:
    """Where it lies when nobody says otherwise."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "salver-bench" / "setfit"


def is_ready(folder: Path) -> bool:
    """Whether everything was installed in it."""
    mark = folder / _MARK
    return mark.is_file() and mark.read_text("utf-8") == str(_STEPS)


def python_of(folder: Path) -> Path:
    """The interpreter of the environment, which is made if it is not there. Raises NoEnvironment."""
    python = folder / "bin" / "python"
    if not is_ready(folder):
        _run([sys.executable, "-m", "venv", str(folder)])
        for step in _STEPS:
            _run([str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *step])
        (folder / _MARK).write_text(str(_STEPS), "utf-8")
    return python


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_LIMIT_S)
    except subprocess.CalledProcessError as error:
        lines = [line for line in error.stderr.splitlines() if line.strip()] or ["it said nothing"]
        errors = [line for line in lines if line.startswith("ERROR")] or lines
        raise NoEnvironment(f"its environment cannot be installed: {errors[-1]}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoEnvironment(f"its environment cannot be installed: {type(error).__name__}") from error
