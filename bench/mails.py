"""Read every raw mail below some folders, whatever it is: `python -m bench.mails --source FOLDER... --json`.

Every file counts as mail, whatever its name (only files whose name begins with a dot and our own `.toml` beside a mail
are passed over): an mbox is taken apart, anything else is one mail. Each goes the way up to where it is understood:
taken in and keyed, read, cleaned, screened. `exceptions` are mails at which a step raised (what `read` would hide is
counted), `dropped` those that came out without a verdict or lost all their text on the way, `slowest_s` is the longest
processor time of one mail. `problems` counts what could not be read as it should be.

`--machine FOLDER` and `--human FOLDER` say who wrote the mails below a folder: `recognised` is the share of machines'
mail that is told as such, `wrongly_left` the share of persons' mail that is taken for a machine's.

`--trimmed FOLDER` compares what is kept of a reply with what others keep: the folder holds `emails` and, by the same
names, `trimmed`. `exact` is the share that is the same after white space, once a closing formula with a name, which we
cut, is put back (`exact_without_closing` is the share without that); `differences` names why each other is not.
"""

import argparse
import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.page import origin, table, write_section
from bench.trimmed import trimmed
from salver.data.company import Company
from salver.data.files import name_of
from salver.data.mbox import pieces, without_from_line
from salver.data.message import RawMessage
from salver.pipeline.clean import clean
from salver.pipeline.read import read_one
from salver.pipeline.screen import screen

_MBOX = re.compile(rb"From [^\n]{1,400}\n(?:>?From |[!-9;-~]{1,80}:)")
_BESIDE = (".toml",)
_DATA = "Data: test mails of six open-source mail parsers, whatever they are, and our own golden mails"
_MEANING = (
    "`exceptions`: a step raised; `dropped`: no verdict, or its text was lost; `slowest_s`: processor seconds of the "
    "slowest mail. `exact`: the same after white space is kept of a reply as others keep, with its closing."
)
# fmt: off
_ROWS = (
    "mails", "without_header", "exceptions", "dropped", "slowest_s", "machine_mails", "recognised", "human_mails",
    "wrongly_left", "replies", "exact", "exact_without_closing",
)
# fmt: on
_COMPANY = Company(name="Lindwerke", own=("@lindwerke.example",))


@dataclass(slots=True)
class Tally:
    """What became of the mails."""

    mails: int = 0
    without_header: int = 0
    exceptions: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    slowest: str = ""
    problems: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    machines: list[str] = field(default_factory=list)
    humans: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """All of it as JSON."""
        return {
            "mails": self.mails,
            "without_header": self.without_header,
            "exceptions": len(self.exceptions),
            "dropped": len(self.dropped),
            "slowest_s": round(self.slowest_s, 3),
            "slowest": self.slowest,
            "problems": dict(self.problems.most_common()),
            "screened": dict(self.verdicts.most_common()),
            "at": self.exceptions + self.dropped,
        }


def main() -> None:
    """Measure what the command line asks for, and print it."""
    parser = argparse.ArgumentParser(prog="bench.mails", description="Read every raw mail below some folders.")
    for name, words in (
        ("source", "folders of mails"),
        ("machine", "folders of mails that machines sent"),
        ("human", "folders of mails that persons wrote"),
    ):
        parser.add_argument(f"--{name}", type=Path, nargs="+", default=[], metavar="FOLDER", help=words)
    parser.add_argument("--trimmed", type=Path, metavar="FOLDER", help="a folder with `emails` and `trimmed`")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="write a section of docs/benchmarks.md")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args()
    figures: dict[str, Any] = read_all(options.source).figures() if options.source else {}
    figures |= recognised(options.machine, options.human)
    figures |= trimmed(options.trimmed) if options.trimmed else {}
    if not figures:
        parser.error("give at least one of --source, --machine, --human, --trimmed")
    if options.write:
        write_section(options.write, "mails", section(figures, options))
    if options.json:
        print(json.dumps(figures, ensure_ascii=False))
        return
    for name, value in figures.items():
        print(f"{name:16} {value}")


def read_all(folders: Sequence[Path], company: Company = _COMPANY) -> Tally:
    """Take every mail below the folders the way, one after the other."""
    tally = Tally()
    for raw in raws(folders):
        name = f"{raw.source}:{raw.position}" if raw.position else raw.source
        tally.mails += 1
        start = time.process_time()
        try:
            _way(raw, company, tally, name)
        except Exception as error:  # what is measured is that this never happens
            tally.exceptions.append(f"{name}: {type(error).__name__}: {error}")
        took = time.process_time() - start
        if took > tally.slowest_s:
            tally.slowest_s, tally.slowest = took, name
    return tally


def _way(raw: RawMessage, company: Company, tally: Tally, name: str) -> None:
    message = read_one(raw, company)
    (cleaned,) = clean([message])
    (verdict,) = screen([message], company)
    tally.problems.update(problem.code for problem in message.problems)
    tally.without_header += not message.headers
    tally.verdicts[f"{verdict.verdict}: {verdict.reason}"] += 1
    (tally.machines if verdict.verdict == "machine" else tally.humans).append(name)
    if message.key != raw.key or (message.body.strip() and not cleaned.text):
        tally.dropped.append(f"{name}: dropped")


def raws(folders: Sequence[Path]) -> Iterator[RawMessage]:
    """Every mail below the folders, in the order of their names."""
    for folder in folders:
        if not folder.exists():
            raise SystemExit(f"There is no {folder}: give a folder of mails, or one file.")
        for path in [folder] if folder.is_file() else sorted(one for one in folder.rglob("*") if one.is_file()):
            if not path.name.startswith(".") and path.suffix not in _BESIDE:
                yield from _of_file(path)


def _of_file(path: Path) -> Iterator[RawMessage]:
    with path.open("rb") as file:
        start = file.read(512)
        file.seek(0)
        if _MBOX.match(start) and path.suffix != ".eml":
            for position, piece in enumerate(pieces(file), start=1):
                yield RawMessage(content=piece.content, source=name_of(path), position=position)
        else:
            yield RawMessage(content=without_from_line(file.read()), source=name_of(path))


def recognised(machine: Sequence[Path], human: Sequence[Path]) -> dict[str, Any]:
    """How many machines are told as such, and how many persons are not, with the names of the mistaken mails."""
    found: dict[str, Any] = {}
    if machine:
        told = read_all(machine)
        found |= {"machine_mails": told.mails, "recognised": round(len(told.machines) / max(told.mails, 1), 4)}
        found["missed"] = told.humans
    if human:
        told = read_all(human)
        found |= {"human_mails": told.mails, "wrongly_left": round(len(told.machines) / max(told.mails, 1), 4)}
        found["left"] = told.machines
    return found


def section(figures: Mapping[str, Any], options: argparse.Namespace) -> str:
    """The figures as a section of the page of benchmarks; folders are named without the way to them."""
    asked = [(name, getattr(options, name)) for name in ("source", "machine", "human", "trimmed")]
    words = [
        f"--{name} " + " ".join(map(_named, one if isinstance(one, list) else [one])) for name, one in asked if one
    ]
    rows = [[name, _shown(figures[name])] for name in _ROWS if name in figures]
    parts = ["## Any mail is read", origin(f"python -m bench.mails {' '.join(words)}", _DATA), _MEANING]
    parts.append(table(["", "measured"], rows))
    if "problems" in figures:
        parts.append(f"What could not be read as it should be: {_counted(figures['problems'])}.")
        parts.append(f"Taken for: {_counted(figures['screened'])}.")
    if figures.get("differences"):
        kinds = [f"- {words} ({len(names)})" for words, names in figures["differences"].items()]
        parts.append("What else is kept of a reply, by others and by us:\n\n" + "\n".join(kinds))
    return "\n\n".join(parts)


def _named(folder: Path) -> str:
    return "/".join(folder.parts[-2:])


def _shown(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "nothing"


if __name__ == "__main__":
    main()
