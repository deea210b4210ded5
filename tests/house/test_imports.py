"""Importing does nothing but define; and what is heavy is not loaded before it is needed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.house.rooms import files, module
from tests.serve.office import bundle_folder

MODULES = [module(file) for file in files() if file.name != "env.py"]  # Alembic runs env.py, nobody imports it
WATCHED = """
import importlib, json, logging, os, signal, sys, threading, warnings
sys.dont_write_bytecode = True
told = []
DOINGS = ("socket.bind", "socket.connect", "socket.getaddrinfo", "os.mkdir", "os.remove", "os.rename", "os.rmdir",
          "os.putenv", "os.unsetenv", "shutil.", "sqlite3.connect", "signal.", "tempfile.", "os.chdir", "atexit.")
def hear(event, arguments):
    writing = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    if (writing or event.startswith(DOINGS)) and ours():
        told.append(f"{event} {arguments[0] if arguments else ''}")
def ours():
    '''Whether the innermost frame that is no import machinery of Python's is a file of a room, doing something.'''
    frame = sys._getframe(2)
    while frame:
        name = frame.f_globals.get("__name__", "")
        if name.startswith("salver."):
            return True
        if "site-packages" in frame.f_code.co_filename:
            return False
        frame = frame.f_back
    return False
handlers = list(logging.root.handlers)
environment = dict(os.environ)
signals = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
sys.addaudithook(hear)
for name in sys.argv[1:]:
    importlib.import_module(name)
if logging.root.handlers != handlers:
    told.append("the root logger has other handlers")
if signals != {one: signal.getsignal(one) for one in signals}:
    told.append("signals are handled otherwise")
print(json.dumps({"told": told, "threads": [one.name for one in threading.enumerate()], "cwd": os.listdir()}))
"""
BARRED = ("torch", "sentence_transformers", "mlflow", "pandas", "pyarrow", "matplotlib")
WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {barred!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Absent())
from salver.pipeline import Pipeline
from salver.serve.http.app import create_app
tray = Pipeline.load({folder!r}).suggest("Bei uns ist der Strom weg")
print(tray.reading.main.intent)
"""


def python(code: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error::DeprecationWarning:salver", "-c", code, *arguments]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=300)


def loaded_by(name: str, heavy: tuple[str, ...], cwd: Path) -> list[str]:
    """Which of the heavy modules are there after importing a module, in a process of its own."""
    code = f"import json, sys, {name}; print(json.dumps([one for one in {heavy!r} if one in sys.modules]))"
    done = python(code, cwd=cwd)
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout)
    return found


def test_importing_writes_nothing_opens_nothing_and_says_nothing(tmp_path: Path) -> None:
    done = python(WATCHED, *MODULES, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    *said, found = done.stdout.splitlines()
    seen: dict[str, Any] = json.loads(found)
    assert said == []
    assert seen == {"told": [], "threads": ["MainThread"], "cwd": []}


def test_the_watch_sees_a_module_that_writes(tmp_path: Path) -> None:
    package = tmp_path / "salver"
    package.mkdir()
    (package / "spoilt.py").write_text("from pathlib import Path\nPath('left').write_text('x')\n")
    done = python(f"import sys; sys.path.insert(0, '.'){WATCHED}", "salver.spoilt", cwd=tmp_path)
    assert json.loads(done.stdout)["told"] == ["open left"], done.stderr


@pytest.mark.parametrize("heavy", [("numpy", "sqlalchemy", "rich", "pydantic", "fastapi", "spacy", "salver.pipeline")])
def test_the_command_line_starts_with_nothing_heavy(tmp_path: Path, heavy: tuple[str, ...]) -> None:
    assert loaded_by("salver.serve.cli", heavy, tmp_path) == []


def test_a_server_loads_nothing_that_only_learning_needs(tmp_path: Path) -> None:
    heavy = ("salver.training", "mlflow", "torch", "sentence_transformers", "matplotlib")
    assert loaded_by("salver.serve.http.app", heavy, tmp_path) == []


def test_reading_words_does_not_load_torch(tmp_path: Path) -> None:
    code = "import sys; from salver.models.sentences import SpacySentences\n"
    code += "SpacySentences().split('Guten Tag. Wie geht es?'); print('spacy' in sys.modules, 'torch' in sys.modules)"
    done = python(code, cwd=tmp_path)
    assert done.stdout == "True False\n", done.stderr


def test_a_server_decides_where_pandas_torch_and_mlflow_are_not_installed(tmp_path: Path) -> None:
    """scikit-learn imports pandas when it finds it; so what counts is that nothing breaks without it."""
    done = python(WITHOUT.format(barred=BARRED, folder=str(bundle_folder())), cwd=tmp_path)
    assert done.stdout == "power_outage\n", done.stderr
