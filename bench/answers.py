"""How well the answer that resolved a request is found: `python -m bench.answers --data FILE.jsonl --json`.

Rows are JSON objects with `question`, `answer` and `created` (an ISO date or a number; a row without it is oldest), and
perhaps `lang`; or as of an archive with `subject`, `text` and `answered_at`. Texts are masked and cut as in training.

The newest fifth, at most 2,000 rows, asks; everything before it is the past. To choose from are all different answers
of the file, alike ones folded. Of those that were given in the past their past questions are known; of the others
nothing but their own text, as of a handbook's. An answer is right when it is the one that the row got, or folded with
it: `recall@k` is the share of rows where it is among the first k, `mrr` the mean of 1 / its place. `asked` has the
figures of only those rows whose answer was given in the past.

What is learned is learned from the past: the encoder from questions and answers, with an answer as the label of both;
the weights from the newest fifth of the past, asked as above. BM25 (k1 1.2, b 0.75, lower-cased words) ranks the very
same answers by their own text, by their past questions, or by both: by what was best on the newest fifth of the past.
"""

import argparse
import json
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from bench.rows import rows_of
from salver.data.case import Case, Customer, PastCase
from salver.data.cells import moment_of
from salver.data.company import Company
from salver.models.answers import WEIGHTS, Example, Wanted, Weights, weigh
from salver.models.entities import CompanyEntities
from salver.models.history import HistoryEncoder
from salver.models.index import CaseIndex
from salver.models.language import ConfiguredLanguages
from salver.models.ports import Encoder, Vectors
from salver.models.pretrained import PretrainedEncoder
from salver.pipeline.fold import Folds
from salver.pipeline.mask import mask_case
from salver.pipeline.match import VOTERS
from salver.pipeline.question import question
from salver.pipeline.rank import PastAnswers
from salver.pipeline.vote import Near

_MOST = 2000
_AT_ONCE = 500
_WORTH_PROCESSES = 2000
_BY = ("answer", "questions", "both")
_WORD = re.compile(r"\w+")
Row = Mapping[str, Any]
Figures = dict[str, Any]
Scores = NDArray[np.float64]
Places = NDArray[np.float64]


def main() -> None:
    """Measure what the command line asks for, and print it."""
    parser = argparse.ArgumentParser(prog="bench.answers", description="How well past answers are found.")
    parser.add_argument("--data", required=True, type=Path, help="JSON lines with question, answer, created")
    parser.add_argument("--encoder", default="history", help="history, a sentence-transformers name, or a folder")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args()
    measured = measure(cases_of(rows_of(options.data)), options.encoder)
    print(json.dumps(measured) if options.json else "\n".join(f"{name:10} {one}" for name, one in measured.items()))


def cases_of(rows: Iterable[Row]) -> list[PastCase]:
    """Masked cases, oldest first; the time of a case is its place among those that have one."""
    timed = [(_time(row.get("created", row.get("answered_at"))), row) for row in rows]
    timed = sorted((pair for pair in timed if _question(pair[1]) and pair[1].get("answer")), key=lambda pair: pair[0])
    texts = [(_question(row), str(row["answer"])) for _, row in timed]
    masked = _masked(texts) if len(texts) < _WORTH_PROCESSES else _masked_side_by_side(texts)
    langs = ConfiguredLanguages(Company().languages).guess([question for question, _ in masked])
    return [
        PastCase(
            id=str(place),
            intent="",
            lang=str(row.get("lang") or lang.label),
            question=question,
            answer=answer,
            agent="",
            ending="unknown",
            answered_at=datetime.fromtimestamp(place, UTC) if time > float("-inf") else None,
        )
        for place, ((time, row), (question, answer), lang) in enumerate(zip(timed, masked, langs, strict=True))
    ]


def _question(row: Row) -> str:
    return str(row.get("question") or question(row.get("subject") or "", row.get("text") or ""))


def _time(value: Any) -> float:
    """Seconds or whatever a row counts in; a row without a time is oldest."""
    try:
        return float(value)
    except (TypeError, ValueError):
        moment = moment_of(value, UTC) if isinstance(value, str) else None
        return moment.timestamp() if moment else float("-inf")


def _masked_side_by_side(texts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    batches = (texts[start : start + _AT_ONCE] for start in range(0, len(texts), _AT_ONCE))
    with ProcessPoolExecutor(os.cpu_count() or 1, mp_context=get_context("forkserver")) as pool:
        return list(chain.from_iterable(pool.map(_masked, batches)))


def _masked(texts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    finder = CompanyEntities(Company())
    cases = (Case(id="", thread="", customer=Customer(), text=question, answer=answer) for question, answer in texts)
    return [(masked.question, masked.answer) for masked in (mask_case(case, finder) for case in cases)]


class Trial:
    """The past of some cases, what is learned from it, and the later ones that ask."""

    def __init__(self, cases: Sequence[PastCase], base: Encoder | None, weights: Weights = WEIGHTS) -> None:
        cut = len(cases) - min(len(cases) // 5, _MOST)
        self._past, self._later = cases[:cut], cases[cut:]
        self._encoder = _encoder(self._past, base)
        self._answers = PastAnswers([*self._past, *map(_unasked, self._later)], self._encoder, weights)
        self._texts: dict[int, str] = {}
        self._questions: dict[int, list[str]] = defaultdict(list)
        for case in cases:
            self._texts.setdefault(self._number(case), case.answer)
        for case in self._past:
            self._questions[self._number(case)].append(case.question)
        self.pool = len(self._texts)
        self.truth = np.array([self._number(case) for case in self._later])
        self.asked = np.array([number in self._questions for number in self.truth.tolist()])

    def examples(self) -> list[Example | None]:
        """For each later case what is said of the answers to choose from."""
        asked = zip(self._wanted(), self._later, strict=True)
        return [self._answers.example(*wanted, case.answer) for wanted, case in asked]

    def places(self) -> Places:
        """Where the right answer stands for each later case, from 0."""
        rows = ([number for number, _ in self._answers.chances(*wanted)] for wanted in self._wanted())
        pairs = zip(rows, self.truth.tolist(), strict=True)
        return np.array([row.index(one) if one in row else self.pool for row, one in pairs], float)

    def places_by_bm25(self, by: str) -> Places:
        """The same with BM25 on the answers themselves, their past questions, or both; what ties shares its places."""
        texts = [
            " ".join([answer] * (by != "questions") + self._questions.get(number, []) * (by != "answer"))
            for number, answer in self._texts.items()
        ]
        place = {number: at for at, number in enumerate(self._texts)}
        right = [place[number] for number in self.truth.tolist()]
        return places_of(right, bm25(texts, [case.question for case in self._later]))

    def _number(self, case: PastCase) -> int:
        number = self._answers.number(case.answer)
        assert number is not None
        return number

    def _wanted(self) -> Iterator[tuple[Wanted, Near]]:
        asked = [case.question for case in self._later]
        index = CaseIndex.build([case.id for case in self._past], self._vectors(self._past))
        vectors = self._vectors(self._later)
        for case, text, vector, near in zip(self._later, asked, vectors, index.nearest(vectors, VOTERS), strict=True):
            yield Wanted(text=text, vector=vector, lang=case.lang, intents={}), near

    def _vectors(self, cases: Sequence[PastCase]) -> Vectors:
        return self._encoder.encode([case.question for case in cases])


def _unasked(case: PastCase) -> PastCase:
    """The answer of a case as if nobody had asked for it."""
    return replace(case, question="", answered_at=None)


def _encoder(past: Sequence[PastCase], base: Encoder | None) -> Encoder:
    folds = Folds(case.answer for case in past)
    labels = [folds.add(case.answer) for case in past]
    texts = [case.question for case in past] + [case.answer for case in past]
    return HistoryEncoder.fit(texts, np.array([*labels, *labels], np.int64), base=base)


def bm25(texts: Sequence[str], asked: Sequence[str], k1: float = 1.2, b: float = 0.75) -> Iterator[Scores]:
    """For each question the scores of all texts, (texts,) (Robertson and Zaragoza, BM25 and Beyond, 2009)."""
    words: dict[str, int] = {}
    counts = _counted(texts, words)
    often = np.bincount(counts.indices, minlength=len(words))
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    spread = k1 * (1 - b + b * lengths / max(lengths.mean(), 1e-9))
    rarity = np.log(1 + (len(texts) - often + 0.5) / (often + 0.5))
    owner = np.repeat(np.arange(len(texts)), np.diff(counts.indptr))
    counts.data = rarity[counts.indices] * counts.data * (k1 + 1) / (counts.data + spread[owner])
    known = _counted(asked, dict(words))[:, : len(words)]
    by_word = counts.T.tocsr()
    for row in range(len(asked)):
        yield (known[row] @ by_word).toarray().ravel()


def _counted(texts: Sequence[str], words: dict[str, int]) -> csr_matrix:
    """A row a text, a column a word; new words get the next column."""
    columns, starts = list[int](), [0]
    for text in texts:
        columns += [words.setdefault(word, len(words)) for word in _WORD.findall(text.lower())]
        starts.append(len(columns))
    found = csr_matrix((np.ones(len(columns)), columns, starts), shape=(len(texts), len(words)))
    found.sum_duplicates()
    return found


def places_of(right: Sequence[int], scores: Iterable[Scores]) -> Places:
    """Where the right text stands for each row of scores, from 0: in the middle of those that tie."""
    pairs = zip(right, scores, strict=True)
    return np.array([(row > row[one]).sum() + ((row == row[one]).sum() - 1) / 2 for one, row in pairs])


def figures(places: Places) -> Figures:
    """The shares among the first 1, 5 and 10, and the mean of 1 / place."""
    if not len(places):
        return {}
    shares = {f"recall@{k}": float((places < k).mean()) for k in (1, 5, 10)}
    return {name: round(one, 4) for name, one in (shares | {"mrr": float((1 / (places + 1)).mean())}).items()}


def measure(cases: Sequence[PastCase], encoder: str) -> dict[str, Any]:
    """Learn from the past of cases in their order, and ask for the newest; beside it what BM25 finds."""
    past = cases[: len(cases) - min(len(cases) // 5, _MOST)]
    base = None if encoder == HistoryEncoder.alone else PretrainedEncoder(encoder)
    before = Trial(past, base)
    last = Trial(cases, base, weigh(before.examples()))
    by = max(_BY, key=lambda by: figures(before.places_by_bm25(by)).get("mrr", 0.0))
    found, theirs = last.places(), last.places_by_bm25(by)
    return {
        **figures(found),
        "bm25": figures(theirs) | {"by": by},
        "asked": figures(found[last.asked]) | {"bm25": figures(theirs[last.asked]), "n": int(last.asked.sum())},
        "n": len(found),
        "pool": last.pool,
    }


if __name__ == "__main__":
    main()
