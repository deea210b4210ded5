"""The customers of the sample company, as the source has them: one a line."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from salver.data.errors import Fault

POSTCODES = {
    "Elmtal": "38901",
    "Oberelm": "38902",
    "Niederelm": "38903",
    "Steinau": "38904",
    "Wiesenrode": "38905",
    "Kaltenbach": "38906",
}
_COLUMNS = {
    "lang": r"de|en",
    "form": r"Sie|du|-",
    "title": r"Frau|Herr|Mr|Ms|Mrs|Dr",
    "email": r"[\w.+-]+@[\w.-]+\.example",
    "customer_no": r"[2-6]\d{6}",
    "town": "|".join(f"{code} {town}" for town, code in POSTCODES.items()),
    "phone": r"0\d+(?: \d+)+",
    "meter_no": r"1EMT\d{10}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A customer of the sample company. `form` is how the customer writes: `Sie`, `du`, or `-` in English."""

    key: str
    lang: str
    form: str
    title: str
    name: str
    email: str
    customer_no: str
    street: str
    town: str
    phone: str
    meter_no: str
    file: str = field(compare=False)
    line: int = field(compare=False)

    @property
    def first(self) -> str:
        return self.name.removeprefix("Dr. ").split()[0]

    @property
    def last(self) -> str:
        """The family name with the small words before it: `von Alten`, `El Amrani`."""
        words = self.name.removeprefix("Dr. ").split()[1:]
        small = next((i for i, word in enumerate(words) if word[0].islower() or word == "El"), len(words) - 1)
        return " ".join(words[small:])

    @property
    def addressed(self) -> str:
        """How a letter names this customer: `Frau Dr. von Hessling`, `Mr Okafor`."""
        doctor = "Dr. " if self.name.startswith("Dr. ") else ""
        return f"{self.title} {doctor}{self.last}"

    def values(self) -> dict[str, str]:
        names = ("name", "first", "last", "email", "customer_no", "street", "town", "phone", "meter_no")
        return {name: getattr(self, name) for name in names}


def read_row(line: str, file: str, number: int) -> tuple[Row | None, list[Fault]]:
    """A customer of a line, and what is wrong with it."""
    cells = [cell.strip() for cell in line.split("|")]
    if len(cells) != 11:
        return None, [Fault(source=file, line=number, what=f"A customer has 11 columns, this one {len(cells)}.")]
    names = [name for name in Row.__dataclass_fields__ if name not in ("file", "line")]
    row = Row(**dict(zip(names, cells, strict=True)), file=file, line=number)
    wrong = [column for column, pattern in _COLUMNS.items() if not re.fullmatch(pattern, getattr(row, column))]
    return row, [Fault(source=file, line=number, what=f'"{getattr(row, one)}" is no {one}.') for one in wrong]


def shared_facts(customers: Iterable[Row]) -> list[Fault]:
    """A fault for each number, address or name that two customers have in common."""
    faults = []
    owners: dict[tuple[str, str], Row] = {}
    for row in customers:
        for fact in ("customer_no", "meter_no", "email", "name", "phone"):
            other = owners.setdefault((fact, getattr(row, fact).casefold()), row)
            if other is not row:
                what = f"{row.key} has the {fact} of {other.key}: {getattr(row, fact)}."
                faults.append(Fault(source=row.file, line=row.line, what=what, todo="Give one of them another."))
    return faults
