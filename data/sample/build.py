"""Writes archive.jsonl, backlog.mbox and backlog.gold.jsonl anew from what is written by hand in `source/`.

python -m salver.data.sample.build [FOLDER]
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from salver.data.errors import Fault, InputError
from salver.data.sample import archive
from salver.data.sample.archive_source import Source, read_archive
from salver.data.sample.backlog_source import Record, read_backlog
from salver.data.sample.diversity import MOST, alike_shares
from salver.data.sample.mails import mbox, message_id
from salver.data.sample.staff import Staff

HERE = Path(__file__).parent


def build(folder: Path) -> str:
    """Write the three files into a folder; gives a summary. Raises InputError when the source is not good enough."""
    source = read_archive(HERE / "source" / "archive")
    records, faults = read_backlog(HERE / "source" / "backlog")
    _stop_at(source.faults + faults)
    shares = alike_shares(source.cases)
    _stop_when_alike(shares)
    rows = archive.rows(source.cases, Staff.of(HERE / "agents.toml"))
    _write(folder / "archive.jsonl", _lines(rows))
    _write(folder / "backlog.mbox", mbox(records))
    _write(folder / "backlog.gold.jsonl", _lines(gold(records)))
    return summary(source, rows, records, shares)


def gold(records: list[Record]) -> list[dict[str, Any]]:
    """What is right for each mail of the backlog, in its order."""
    return [_gold(record) for record in records]


def summary(source: Source, rows: list[dict[str, Any]], records: list[Record], shares: Mapping[str, float]) -> str:
    """What was built, in words, with the share of alike pairs in each intent."""
    german = [row["lang"] for row in rows].count("de") / len(rows)
    endings = Counter(row["ending"] for row in rows)
    kinds = Counter(record.kind for record in records)
    return "\n".join(
        [
            *(f"{share:6.2%}  {intent}" for intent, share in shares.items()),
            f"{len(rows)} cases of {len({row['customer_no'] for row in rows})} customers in {len(shares)} intents,",
            f"{german:.0%} German, {len({row['date'][:7] for row in rows})} months, {dict(sorted(endings.items()))};",
            f"{len(source.answers)} standard answers; {len(records)} mails: {dict(sorted(kinds.items()))}",
        ]
    )


def _gold(record: Record) -> dict[str, Any]:
    known: dict[str, Any] = {
        "name": record.name,
        "message_id": message_id(record).strip("<>"),
        "kind": record.kind,
        "intents": list(record.intents),
        "urgency": record.urgency,
        "lang": record.lang,
        "requests": len(record.intents),
    }
    return known | ({"copy_of": record.name.removesuffix("-again")} if record.name.endswith("-again") else {})


def _stop_at(faults: list[Fault]) -> None:
    if faults:
        raise InputError(f"{len(faults)} faults in the source:\n" + "\n".join(str(fault) for fault in faults))


def _stop_when_alike(shares: Mapping[str, float]) -> None:
    broken = [f"{intent} {share:.1%}" for intent, share in shares.items() if share >= MOST]
    if broken:
        raise InputError(
            f"Too many texts are alike: {', '.join(broken)}.", todo="Write some of them anew, in other words."
        )


def _lines(rows: Iterable[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


if __name__ == "__main__":
    try:
        print(build(Path(sys.argv[1]) if sys.argv[1:] else HERE))  # noqa: T201
    except InputError as error:
        sys.exit(str(error))
