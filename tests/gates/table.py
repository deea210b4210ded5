"""Which tests turn red when a gate is taken away: `python -m tests.gates.table`, or `make gates`.

Exits with 1 when a test is red though all gates stand, or when a gate can be taken away and no test notices.
"""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.gates.without import GATES

_HERE = Path(__file__).parent
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)
_WITH = ("-p", "tests.gates.without", "-p", "no:cacheprovider")
_SHOWN = 2


def main() -> None:
    """Run the tests of the gates once with all gates, and once without each."""
    whole = red()
    found = {gate: red("--without-gate", str(gate)) for gate in GATES}
    table = Table("gate", "taken away", "red", "among them", title="Each gate taken away in turn")
    for gate, tests in found.items():
        names = dict.fromkeys(re.split(r"::test_|\[", test)[1].replace("_", " ") for test in tests)
        shown = "\n".join([*names][:_SHOWN])
        table.add_row(str(gate), GATES[gate], str(len(tests)), shown or "nothing: it is not tested")
    console = Console(width=120)
    console.print(table)
    console.print(f"With all gates: {f'{len(whole)} red: {whole}' if whole else 'every test is green'}.")
    sys.exit(1 if whole or not all(found.values()) else 0)


def red(*options: str) -> Sequence[str]:
    """The tests of this folder that fail in a run of their own with these options."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        str(_HERE),
        "-p",
        "tests.gates.without",
        "-p",
        "no:cacheprovider",
        "-rfE",
    ]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False, cwd=_HERE.parents[1])
    if done.returncode not in (0, 1):
        sys.exit(f"The tests of the gates could not be run:\n{done.stdout}{done.stderr}")
    return _FAILED.findall(done.stdout)


if __name__ == "__main__":
    main()
