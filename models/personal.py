"""Which traces lead to which customers, without a word of them: keyed hashes in a sorted array.

A trace (`pipeline.traces`) is a name, a number, an address. Kept of it are eight bytes of its HMAC-SHA256 under a key
drawn for the bundle: 12 bytes a trace and case, some 15 MB for 100,000 customers. That a trace matches by chance one of
10^7 kept ones has a probability of 10^7 / 2^64, and would only bring a message to a person.
"""

import hmac
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
_KEY_BYTES, _HASH_BYTES = 32, 8
_NONE = np.empty(0, np.uint64)


class PersonalIndex:
    """Finds the cases to whose customers a trace leads. Cases can be added, and taken out again.

    `common` traces lead to nobody, though many cases have them: the company's phone, a name of many customers. `told`
    are those that lead to nobody unless they stand in a customer's own record.
    """

    def __init__(self, key: bytes | None = None, *, common: Hashes = _NONE, told: Hashes = _NONE) -> None:
        self._key = secrets.token_bytes(_KEY_BYTES) if key is None else key
        self._common, self._told = np.unique(common), np.unique(told)
        self._hashes, self._rows = _NONE, np.empty(0, np.int32)
        self._ids: tuple[str, ...] = ()
        self._gone: set[str] = set()
        self._added: dict[int, set[str]] = defaultdict(set)
        self._marks_of: dict[str, tuple[int, ...]] = {}

    @classmethod
    def build(
        cls,
        cases: Mapping[str, tuple[Iterable[str], Iterable[str]]],
        common: Iterable[str] = (),
        told: Iterable[str] = (),
    ) -> "PersonalIndex":
        """For each case the traces of its customer's record, and those of what was said. A new key is drawn."""
        key = secrets.token_bytes(_KEY_BYTES)
        found = cls(key, common=_hashed(key, common), told=_hashed(key, told))
        marks = [np.array(found.marks(*traces), np.uint64) for traces in cases.values()]
        hashes = np.concatenate([_NONE, *marks])
        rows = np.repeat(np.arange(len(marks), dtype=np.int32), [len(one) for one in marks])
        order = np.lexsort((rows, hashes))
        found._hashes, found._rows, found._ids = hashes[order], rows[order], tuple(cases)
        return found

    def __len__(self) -> int:
        """How many pairs of a trace and a case there are."""
        return len(self._pairs())

    def marks(self, own: Iterable[str], said: Iterable[str]) -> tuple[int, ...]:
        """What may be kept of a case's traces: hashes under this index's key, without the common ones."""
        of_record, of_text = np.unique(_hashed(self._key, own)), np.unique(_hashed(self._key, said))
        of_record = of_record[~np.isin(of_record, self._common)]
        of_text = of_text[~np.isin(of_text, self._common) & ~np.isin(of_text, self._told)]
        return tuple(np.union1d(of_record, of_text).tolist())

    def add(self, case: str, marks: Sequence[int]) -> None:
        """Let a case be found by its marks; those it had before are forgotten."""
        self.remove([case])
        if marks:
            self._marks_of[case] = tuple(marks)
        for mark in marks:
            self._added[mark].add(case)

    def remove(self, ids: Iterable[str]) -> None:
        """Let no trace lead to these cases any more; unknown ones are ignored."""
        for case in ids:
            self._gone.add(case)
            for mark in self._marks_of.pop(case, ()):
                self._added[mark].discard(case)

    def owners(self, traces: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Those of the traces that lead to somebody, with the cases that they lead to."""
        asked = list(traces)
        hashes = _hashed(self._key, asked)
        starts, ends = (np.searchsorted(self._hashes, hashes, side) for side in ("left", "right"))
        found = {}
        for trace, mark, start, end in zip(asked, hashes.tolist(), starts, ends, strict=True):
            kept = [self._ids[row] for row in self._rows[start:end]]
            cases = [one for one in kept if one not in self._gone] + sorted(self._added.get(mark, ()))
            if cases:
                found[trace] = tuple(dict.fromkeys(cases))
        return found

    def to_arrays(self, ids: Sequence[str]) -> dict[str, NDArray[Any]]:
        """As arrays, for the cases with these identifiers; the marks of others are left out."""
        row_of = {case: row for row, case in enumerate(ids)}
        pairs = sorted((mark, row_of[case]) for mark, case in self._pairs() if case in row_of)
        return {
            "key": np.frombuffer(self._key, np.uint8),
            "common": self._common,
            "told": self._told,
            "hashes": np.array([mark for mark, _ in pairs], np.uint64),
            "rows": np.array([row for _, row in pairs], np.int32),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], ids: Sequence[str]) -> "PersonalIndex":
        """The index that gave these arrays for these identifiers. Raises KeyError and ValueError for any others."""
        found = cls(arrays["key"].astype(np.uint8).tobytes(), common=arrays["common"], told=arrays["told"])
        hashes, rows = arrays["hashes"], arrays["rows"]
        whole = hashes.dtype == np.uint64 and hashes.ndim == 1 and hashes.shape == rows.shape
        if not whole or len(found._key) != _KEY_BYTES or bool((hashes[1:] < hashes[:-1]).any()):
            raise ValueError("the index of personal data does not fit together")
        if len(rows) and not 0 <= rows.min() <= rows.max() < len(ids):
            raise ValueError("the index of personal data is not that of these cases")
        found._hashes, found._rows, found._ids = hashes, rows.astype(np.int32), tuple(ids)
        return found

    def _pairs(self) -> list[tuple[int, str]]:
        kept = zip(self._hashes.tolist(), (self._ids[row] for row in self._rows.tolist()), strict=True)
        pairs = [(mark, case) for mark, case in kept if case not in self._gone]
        return pairs + [(mark, case) for mark, cases in self._added.items() for case in cases]


def _hashed(key: bytes, traces: Iterable[str]) -> Hashes:
    digests = b"".join(hmac.digest(key, one.encode("utf-8", "surrogatepass"), "sha256")[:_HASH_BYTES] for one in traces)
    return np.frombuffer(digests, "<u8").astype(np.uint64)
