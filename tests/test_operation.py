"""What the guide to running salver says can be done as it stands there, and what lies in deploy/ fits together."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import typer.testing
import yaml

from salver.data.standing import Standing
from salver.data.status import Status
from salver.data.store import Store
from salver.pipeline.run import now_utc
from salver.serve import logs
from salver.serve.cli import app
from salver.serve.metrics import MailMetrics
from tests.data.mails import approve, laid_out
from tests.house.rooms import ROOT
from tests.pipeline.small_bundle import small_bundle
from tests.serve.office import bundle_folder

GUIDE = (ROOT / "docs/operation.md").read_text("utf-8")
DEPLOY = ROOT / "deploy"
UNITS = ("salver.service", "salver-serve.service")


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which salver has worked, as the guide expects it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "salver.toml").write_text(f'home = "."\nbundle = "{bundle_folder()}"\nlogs = "json"\n')
    with Store.open("store.db") as store:
        approve(store)
        laid_out(store, 1, 2)
    return tmp_path


def commands() -> list[list[str]]:
    """Every command of salver in the guide's blocks, in order."""
    lines = re.findall(r"^\$ (salver(?:ctl)? .+)$", GUIDE, re.MULTILINE)
    return [shlex.split(line)[1:] for line in lines]


def test_every_command_of_the_guide_does_what_it_says(installed):
    assert len(commands()) > 8
    for words in commands():
        if words[0] == "restore":
            (installed / "away").mkdir()
            for left in installed.glob("store.db*"):
                left.rename(installed / "away" / left.name)
        if "settle" in words:
            with Store.open("store.db") as store, store.writing() as connection:
                connection.exec_driver_sql("UPDATE outbox SET state = 'uncertain'")
                words = [
                    connection.exec_driver_sql("SELECT id FROM outbox").scalar() if w == "ID" else w for w in words
                ]
        done = typer.testing.CliRunner().invoke(app, words)
        expected = {0, 1} if words[0] == "status" else {0}
        assert done.exit_code in expected, f"{words}: {done.output}"
    assert (installed / "copies/monday/store.db").is_file()


def test_what_is_installed_is_there():
    for name in set(re.findall(r"\bdeploy/([\w.-]+)", GUIDE)):
        assert (DEPLOY / name).is_file(), name


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_is_one_that_systemd_takes_and_is_hardened(name, tmp_path):
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed: apt-get install systemd")
    unit = tmp_path / name
    unit.write_text((DEPLOY / name).read_text().replace("/opt/salver/bin/salver", "/bin/true"))
    verified = subprocess.run([analyze, "verify", unit], capture_output=True, text=True, check=False)
    assert (verified.returncode, verified.stderr) == (0, "")
    secure = [analyze, "security", "--offline=yes", "--threshold=20", "--no-pager", unit]
    judged = subprocess.run(secure, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_starts_a_command_that_there_is(name):
    (start,) = re.findall(r"^ExecStart=/opt/salver/bin/salver (.+)$", (DEPLOY / name).read_text(), re.MULTILINE)
    command = typer.main.get_command(app)
    words = shlex.split(start)
    context = command.commands[words[0]].make_context(words[0], words[1:])
    assert context.info_name == words[0]


def test_salverctl_runs_as_the_service_does(tmp_path):
    told = tmp_path / "systemd-run"
    told.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    told.chmod(0o755)
    done = subprocess.run(
        [DEPLOY / "salverctl", "outbox", "fuse", "--because", "two words"],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": f"{tmp_path}:/bin:/usr/bin"},
    )
    given = done.stdout.splitlines()
    assert given[given.index("--") + 1 :] == ["/opt/salver/bin/salver", "outbox", "fuse", "--because", "two words"]
    unit = (DEPLOY / "salver.service").read_text()
    for said in [one.removeprefix("--property=") for one in given if one.startswith("--property=")]:
        assert f"\n{said}\n" in unit
    for said in [one.removeprefix("--setenv=") for one in given if one.startswith("--setenv=")]:
        assert said in unit


def test_the_container_is_built_of_what_is_there_and_runs_without_rights():
    lines = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ").splitlines()
    copied = [
        word for line in lines if line.startswith("COPY ") and "--from" not in line for word in line.split()[1:-1]
    ]
    assert {"pyproject.toml", "constraints.txt", "data", "serve"} <= set(copied)
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert set(copied) == kept, "what is copied is what is not ignored"
    assert all((ROOT / one).exists() for one in copied)
    users = [line.split()[1] for line in lines if line.startswith("USER")]
    assert users == ["10001:10001"]
    (health,) = [line for line in lines if line.startswith("HEALTHCHECK")]
    assert 'CMD ["salver", "status", "--health"]' in health
    last = lines.index(next(line for line in reversed(lines) if line.startswith("FROM")))
    assert not any("pip" in line or "apt" in line for line in lines[last:]), "nothing is fetched for what runs"
    assert not [line for line in lines if "torch" in line and "TORCH" not in line and line[:1] != "#"]


def test_every_alarm_asks_for_figures_that_there_are():
    rules = [rule for group in yaml.safe_load((DEPLOY / "alarms.yml").read_text())["groups"] for rule in group["rules"]]
    status = Status(at=now_utc(), free_bytes=1)
    figures = MailMetrics(lambda: status, dict, lambda: (small_bundle(), Standing()))
    with logs.heard_by(figures.heard):
        logs.tell("failed", mailbox="service")
    known = {sample.name for family in figures.registry.collect() for sample in family.samples}
    known |= {family.name for family in figures.registry.collect()}
    for rule in rules:
        asked = set(re.findall(r"\bsalver_\w+", rule["expr"]))
        assert asked <= known, f"{rule['alert']}: {asked - known}"
        assert rule["labels"]["severity"] in ("page", "ticket")
    assert len(rules) == len({rule["alert"] for rule in rules}) > 8
