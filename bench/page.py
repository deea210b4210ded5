"""The page of figures, `docs/benchmarks.md`: each benchmark writes its own section and leaves the others as they are.

A section stands between two comments that carry its name, so that it can be written again by the command it shows.
"""

import os
import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

_HEAD = """# Benchmarks

Every section is written by the command that it shows, and says on what data, when and on how many cores. Run it again
and the section is replaced. Times and rates depend on the machine, so they are to be compared within a section.
"""


def write_section(path: Path, name: str, markdown: str) -> None:
    """Put a section in its place on the page, or at the end if it is new; make the page if there is none."""
    begin, end = f"<!-- begin:{name} -->", f"<!-- end:{name} -->"
    section = f"{begin}\n{markdown.strip()}\n{end}"
    page = path.read_text("utf-8") if path.exists() else _HEAD
    found = re.search(f"{re.escape(begin)}.*?{re.escape(end)}", page, re.DOTALL)
    before, after = (page[: found.start()], page[found.end() :]) if found else (f"{page.rstrip()}\n\n", "\n")
    path.write_text(before + section + after, "utf-8")


def origin(command: str, data: str) -> str:
    """What a section begins with: the command that writes it, the data, the day and the machine."""
    today = datetime.now(UTC).date().isoformat()
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    return f"`{command}`\n\n{data}. {today}, {machine}."


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; the first column is text, the others are figures."""
    marks = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, marks, *rows])
