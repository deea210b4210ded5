"""As many cases as wanted, made of real ones: sentences of different messages that want the same, joined.

A text is two to five sentences, each out of another message of one intent and language, so that the intent stays true
and the texts of an intent lie as close together, and as unevenly, as those of customers do. Its answer is that of the
first message.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.rows import rows_of
from salver.models.sentences import SpacySentences

SAMPLE = Path(__file__).parents[1] / "data" / "sample" / "archive.jsonl"

_FEWEST_WORDS = 4
"""Shorter sentences are greetings and names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A real message: its sentences and its answer."""

    sentences: tuple[str, ...]
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A made case. `parts` are the sentences of its text."""

    parts: tuple[str, ...]
    intent: str
    answer: str

    @property
    def text(self) -> str:
        return " ".join(self.parts)


Stock = Mapping[tuple[str, str], Sequence[Source]]
"""The messages of each intent and language."""


def stock_of(file: Path) -> Stock:
    """The messages of JSON lines with `text` and `intent`, or `intents` with one; perhaps `lang` and `answer`."""
    rows = [row for row in rows_of(file) if row.get("text") and len(_intents(row)) == 1]
    stock: dict[tuple[str, str], list[Source]] = defaultdict(list)
    for row, sentences in zip(rows, SpacySentences().split([row["text"] for row in rows]), strict=True):
        long = tuple(one for one in sentences if len(one.split()) >= _FEWEST_WORDS)
        if long:
            source = Source(sentences=long, answer=row.get("answer") or "")
            stock[_intents(row)[0], row.get("lang") or ""].append(source)
    return stock


def _intents(row: Mapping[str, list[str]]) -> list[str]:
    return row.get("intents") or ([row["intent"]] if row.get("intent") else [])


def parted(stock: Stock) -> tuple[Stock, Stock]:
    """The stock without every fifth message of a kind, and these: texts of theirs share no sentence."""
    rest = {kind: [one for i, one in enumerate(some) if i % 5] or some for kind, some in stock.items()}
    return rest, {kind: some[::5] for kind, some in stock.items() if len(some) > 1}


def pools(stock: Stock, count: int) -> list[Stock]:
    """The messages of a stock in so many parts: texts of one share no sentence with those of another, but for kinds of
    too few messages."""
    return [{kind: some[i::count] or some for kind, some in stock.items()} for i in range(count)]


def recombined(stock: Stock, count: int, seed: int = 0) -> Iterator[Made]:
    """Cases whose intents are as frequent as among the messages. The same seed gives the same."""
    chance = Random(seed)  # noqa: S311
    kinds = sorted(stock)
    often = [len(stock[kind]) for kind in kinds]
    for kind in chance.choices(kinds, often, k=count):
        some = chance.sample(stock[kind], min(len(stock[kind]), chance.randint(2, 5)))
        parts = tuple(chance.choice(source.sentences) for source in some)
        yield Made(parts=parts, intent=kind[0], answer=some[0].answer)
