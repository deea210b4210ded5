"""The command line starts at once, and ends in a sentence."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

SALVER = Path(sys.executable).with_name("salver")
HEAVY = ("numpy", "rich", "sqlalchemy", "pydantic", "fastapi", "faiss", "sklearn", "spacy", "mlflow", "pandas", "torch")
COMMANDS = ("demo", "read", "train", "batch", "explain", "serve", "correct", "retrain", "bound", "report", "bundles")


def salver(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([SALVER, *map(str, arguments)], capture_output=True, text=True, timeout=120)


def test_help_comes_at_once() -> None:
    def worked() -> float:
        """Seconds of the processor, so that it does not matter what else the machine does."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert salver("--help").returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(worked() for _ in range(5)) <= 0.4, "aimed at: 0.2 s"


def test_the_command_line_imports_nothing_heavy() -> None:
    code = f"import sys, salver.serve.cli; print(*[one for one in {HEAVY!r} if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_help_names_every_command_in_a_whole_sentence() -> None:
    told = salver("--help").stdout
    assert "..." not in told.replace("[ARGS]...", "")
    for command in COMMANDS:
        assert f"\n  {command} " in told
        assert salver(command, "--help").returncode == 0


def test_a_missing_file_is_one_line_and_code_2(tmp_path: Path) -> None:
    done = salver("read", tmp_path / "nowhere.mbox")
    assert done.returncode == 2
    assert done.stderr.startswith("salver: ")
    assert "There is no such file or folder" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_closed_pipe_is_a_sentence(tmp_path: Path) -> None:
    for number in range(3000):
        (tmp_path / f"{number:04}.eml").write_bytes(b"From: a@b.example\nSubject: hi\n\n" + b"text " * 100 + b"\n")
    done = subprocess.run(
        ["bash", "-c", f"{SALVER} read {tmp_path} --json | head -n 1; exit ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 141
    assert done.stderr == "salver: Whoever read the output closed it before the end.\n"


@pytest.mark.parametrize("unknown", [["nonsense"], ["batch"], ["batch", "x", "--out", "y", "--workers", "-1"]])
def test_a_wrong_command_line_is_code_2_without_a_traceback(unknown: list[str]) -> None:
    done = salver(*unknown)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
