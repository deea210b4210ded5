"""Intents for an archive without labels: found by clustering, named by their telling words, edited by a person.

On the sample archive (1,655 cases) with its 28 intents taken away, 134 clusters are found, 78 German and 56 English.
Their purity is 0.90 (the share of cases that have the commonest true intent of their cluster; k-means with as many
clusters: 0.87), their normalised mutual information with the true intents 0.74, and 0.87 once a person has given
clusters of one intent one name. `pytest tests/training/test_induce.py -k sample` holds these figures.
"""

import json
import math
import os
import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from salver.data.case import Case
from salver.data.errors import InputError, TrainingError
from salver.models.clusters import cluster
from salver.pipeline.clean import answer_body, clean_text
from salver.pipeline.question import question

EXAMPLES = 3
DROPPED = ("", "-")

_WORD = re.compile(r"[^\W\d_]{4,}")
_COMMON = 0.15
"""A word in a larger share of all cases of a language tells nothing: a stop word, or the company's name."""
_IN_CLUSTER = 0.3
"""A telling word stands in at least this share of the cluster's cases."""
_HEAD = """\
# What the customers of the archive wanted, as far as it could be found without labels. One block is one intent: give it
# a name that your team would use. Blocks with the same name are one intent, also across languages; blocks that are
# alike stand next to each other. A block with the name "" or "-" is left out. Leave `ids` as they are.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Cases that want the same. `words` are its telling words, `examples` are subjects, `ids` are the cases."""

    name: str
    lang: str
    words: tuple[str, ...]
    examples: tuple[str, ...]
    ids: tuple[str, ...]


def induce(cases: Sequence[Case]) -> list[Cluster]:
    """Find what is asked again and again, in each language by itself; every case is in one cluster."""
    found = []
    for lang in sorted({case.lang for case in cases}):
        spoken = [case for case in cases if case.lang == lang]
        questions = [question(case.subject, clean_text(case.text).text) for case in spoken]
        answers = [answer_body(case.answer) for case in spoken]
        numbers = cluster(questions, answers).tolist()
        texts = [f"{asked}\n{answer}" for asked, answer in zip(questions, answers, strict=True)]
        words = telling_words(texts, numbers)
        for number in sorted(set(numbers)):
            members = [case for case, own in zip(spoken, numbers, strict=True) if own == number]
            found.append(_cluster(members, lang, words[number]))
    return _with_names_of_their_own(found)


def telling_words(texts: Sequence[str], numbers: Sequence[int], top: int = 3) -> dict[int, tuple[str, ...]]:
    """For each cluster the words that stand in more of its texts than elsewhere, the most telling first.

    Source: class-based TF-IDF of Grootendorst, BERTopic, 2022, counting a word once a text.
    """
    overall: Counter[str] = Counter()
    within: dict[int, Counter[str]] = {number: Counter() for number in numbers}
    for text, number in zip(texts, numbers, strict=True):
        words = set(_WORD.findall(text.casefold()))
        overall.update(words)
        within[number].update(words)
    size = Counter(numbers)
    most = max(_COMMON * len(texts), max(size.values()))
    found = {}
    for number, counts in within.items():
        worth = {
            word: count / size[number] * math.log(1 + len(texts) / overall[word])
            for word, count in counts.items()
            if overall[word] <= most and count >= _IN_CLUSTER * size[number]
        }
        found[number] = tuple(sorted(worth, key=lambda word: (-worth[word], word))[:top])
    return found


def write_clusters(clusters: Sequence[Cluster], file: Path) -> None:
    """Write the file that a person edits. Raises InputError when there is one: it may hold that person's work."""
    if file.exists():
        todo = "Use it as it is, or move it away to have a new one written."
        raise InputError("this file is there already, and somebody may have edited it", where=str(file), todo=todo)
    text = _HEAD + "".join(_block(one) for one in clusters)
    beside = file.with_name(f".{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("w", encoding="utf-8", errors="replace") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        beside.replace(file)
    except OSError as error:
        todo = "Make room, or give another place."
        raise InputError(f"cannot be written ({error.strerror})", where=str(file), todo=todo) from error


def read_clusters(file: Path) -> list[Cluster]:
    """Read the edited file. Raises InputError that says where it is not what it should be."""
    try:
        told = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError as error:
        raise InputError("there is no such file", where=str(file), todo="Train without it: it is written.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("this file cannot be read as text", where=str(file), todo="Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"this is no TOML ({error})", where=str(file), todo="Mend that line.") from error
    blocks = told.get("cluster")
    if not isinstance(blocks, list) or not blocks:
        raise InputError("there is no [[cluster]] in it", where=str(file), todo="Train without it: it is written.")
    return [_read(block, f"{file}: [[cluster]] {number}") for number, block in enumerate(blocks, start=1)]


def label(cases: Sequence[Case], clusters: Sequence[Cluster]) -> list[Case]:
    """The cases with their clusters' names as intents; those of dropped clusters and of none are left out.

    Raises TrainingError when not one case is in a cluster that has a name.
    """
    names = {key: one.name for one in clusters for key in one.ids if one.name not in DROPPED}
    labelled = [replace(case, intents=(names[case.id],)) for case in cases if case.id in names]
    if cases and not labelled:
        what = "not one case of the archive is in a cluster that has a name"
        raise TrainingError(what, todo="Give the archive that the clusters were made of, and name some of them.")
    return labelled


def _cluster(members: Sequence[Case], lang: str, words: tuple[str, ...]) -> Cluster:
    subjects = dict.fromkeys(" ".join(case.subject.split()) or clean_text(case.text).text[:60] for case in members)
    return Cluster(
        name="_".join(words) or "unnamed",
        lang=lang,
        words=words,
        examples=tuple(subjects)[:EXAMPLES],
        ids=tuple(case.id for case in members),
    )


def _with_names_of_their_own(clusters: Sequence[Cluster]) -> list[Cluster]:
    """Equal names would make two clusters one; that is for a person to say."""
    seen: Counter[str] = Counter()
    found = []
    for one in clusters:
        seen[one.name] += 1
        found.append(replace(one, name=f"{one.name}_{seen[one.name]}") if seen[one.name] > 1 else one)
    return found


def _block(one: Cluster) -> str:
    lists = {"words": one.words, "examples": one.examples, "ids": one.ids}
    lines = ["", "[[cluster]]", f"name = {_quoted(one.name)}", f"lang = {_quoted(one.lang)}", f"cases = {len(one.ids)}"]
    lines += [f"{key} = [{', '.join(map(_quoted, values))}]" for key, values in lists.items()]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string: as in JSON, and the one control character that JSON lets through is escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _read(block: Any, where: str) -> Cluster:
    try:
        name, ids = block["name"], block["ids"]
    except (KeyError, TypeError) as error:
        raise InputError("name or ids is missing", where=where, todo='Write name = "-" to leave it out.') from error
    if not isinstance(name, str) or not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        raise InputError("name must be a text and ids a list of texts", where=where, todo="Put them in quotes.")
    kept = {key: tuple(str(one) for one in block.get(key, ())) for key in ("words", "examples")}
    return Cluster(name=name.strip(), lang=str(block.get("lang", "")), ids=tuple(ids), **kept)
