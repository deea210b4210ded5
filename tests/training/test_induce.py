import tomllib
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from sklearn.metrics import normalized_mutual_info_score

from salver.data.case import Case, Customer
from salver.data.errors import InputError, TrainingError
from salver.training.gather import gather
from salver.training.induce import Cluster, induce, label, read_clusters, telling_words, write_clusters

SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "archive.jsonl"
METER = "We have entered your reading of {} kWh; it will be part of your next bill and you need do nothing more."
OUTAGE = "There is a fault in the network around {}; our engineers are working on it and it reconnects by itself."


def case(i: int, answer: str, text: str = "hello", lang: str = "en", subject: str = "Question") -> Case:
    return Case(id=f"c{i}", thread=f"t{i}", customer=Customer(), text=text, answer=answer, lang=lang, subject=subject)


def archive() -> list[Case]:
    meters = [case(i, METER.format(31000 + 17 * i), f"meter reading {i * 37} for house {i}") for i in range(8)]
    outages = [case(i + 8, OUTAGE.format("Elmtal"), f"no internet since {i} hours, router blinks") for i in range(8)]
    by_hand = [case(16, "Thanks, noted.", "my meter shows 4411, the reading of today")]
    return [*meters, *outages, *by_hand]


def one(name: str, *ids: str, words: tuple[str, ...] = ("a", "b"), examples: tuple[str, ...] = ()) -> Cluster:
    return Cluster(name=name, lang="en", words=words, examples=examples, ids=ids)


def test_the_same_standard_answer_is_the_same_intent() -> None:
    found = {cluster.ids: cluster for cluster in induce(archive())}
    assert set(found) == {
        (*(f"c{i}" for i in range(8)), "c16"),
        tuple(f"c{i}" for i in range(8, 16)),
    }
    for cluster in found.values():
        assert cluster.name == "_".join(cluster.words)
        assert len(cluster.words) == 3
        assert cluster.examples == ("Question",)


def test_each_language_is_clustered_by_itself() -> None:
    german = [replace(one, lang="de", id=f"d{one.id}") for one in archive()]
    assert Counter(cluster.lang for cluster in induce(archive() + german)) == {"de": 2, "en": 2}
    assert len({cluster.name for cluster in induce(archive() + german)}) == 4


def test_a_sentence_that_ends_all_answers_and_answers_to_two_requests_join_nothing() -> None:
    closing = "If you have any further question please write to us again or call us on weekdays."
    cases = [replace(one, answer=f"{one.answer}\n{closing}") for one in archive()[:16]]
    both = [case(20 + i, f"{METER.format(i)}\n{OUTAGE.format('Elmtal')}\n{closing}") for i in range(3)]
    assert len(induce([*cases, *both])) == 2


def test_without_standard_answers_the_words_decide() -> None:
    words = {"meter": "reading counter kilowatt cellar", "outage": "internet router blinking fibre"}
    cases = [
        case(i, f"{kind} {topic} answer number {i}", f"{topic} {i}", subject=topic)
        for i in range(12)
        for kind, topic in [list(words.items())[i % 2]]
    ]
    assert sorted(map(len, (cluster.ids for cluster in induce(cases)))) == [6, 6]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_handful_of_cases_is_one_cluster(count: int) -> None:
    assert len(induce(archive()[:count])) == min(count, 1)


def test_telling_words_are_those_that_others_do_not_say() -> None:
    texts = ["please meter reading"] * 4 + ["please router lamp"] * 4
    assert telling_words(texts, [0] * 4 + [1] * 4) == {0: ("meter", "reading"), 1: ("lamp", "router")}


def test_what_is_written_is_read_back_whatever_is_in_it(tmp_path: Path) -> None:
    odd = one('sm"ör\\gås\x7f\n', "c1", "ü\t2", examples=("Re: [x] # \x01",))
    write_clusters([odd, one("b")], tmp_path / "intents.toml")
    assert read_clusters(tmp_path / "intents.toml") == [replace(odd, name=odd.name.strip()), one("b")]
    assert tomllib.loads((tmp_path / "intents.toml").read_text())["cluster"][0]["cases"] == 2


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    file = tmp_path / "intents.toml"
    file.write_text("my work")
    with pytest.raises(InputError) as caught:
        write_clusters([one("a")], file)
    assert str(caught.value) == (
        f"{file}: this file is there already, and somebody may have edited it. "
        "Use it as it is, or move it away to have a new one written."
    )
    assert file.read_text() == "my work"


def test_renamed_merged_and_dropped_clusters_become_intents() -> None:
    clusters = [one("meter", "c0"), one("meter", "c1"), one("-", "c2"), one("", "c3"), one("outage", "c9", "gone")]
    found = label(archive(), clusters)
    assert {case.id: case.intents for case in found} == {"c0": ("meter",), "c1": ("meter",), "c9": ("outage",)}


def test_clusters_of_another_archive_are_refused() -> None:
    with pytest.raises(TrainingError, match="not one case of the archive is in a cluster that has a name"):
        label(archive(), [one("meter", "x1")])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[[cluster]]\nname = \n", r"this is no TOML \(.*line 2"),
        (b"\xff\xfe", "cannot be read as text"),
        (b"", r"there is no \[\[cluster\]\] in it"),
        (b'[[cluster]]\nname = "a"\nids = []\n[[cluster]]\nname = "b"\n', r"\[\[cluster\]\] 2: name or ids is missing"),
        (b"[[cluster]]\nname = 3\nids = []\n", r"\[\[cluster\]\] 1: name must be a text"),
    ],
)
def test_a_file_edited_wrongly_is_told_with_its_place(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "intents.toml"
    file.write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_clusters(file)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_clusters(tmp_path / "intents.toml")


@pytest.mark.long
def test_clusters_of_the_sample_agree_with_its_true_intents() -> None:
    cases = gather([SAMPLE]).cases
    truth = {case.id: case.intent for case in cases}
    clusters = induce([replace(case, intents=()) for case in cases])
    commonest = [Counter(truth[key] for key in cluster.ids).most_common(1)[0] for cluster in clusters]
    found = {key: number for number, cluster in enumerate(clusters) for key in cluster.ids}
    named = {key: name for cluster, (name, _) in zip(clusters, commonest, strict=True) for key in cluster.ids}
    assert len(clusters) <= 180
    assert sum(count for _, count in commonest) / len(cases) >= 0.87
    assert agreement(truth, found) >= 0.70
    assert agreement(truth, named) >= 0.84
    assert len(set(named.values())) == len(set(truth.values()))


def agreement(truth: dict[str, str], found: dict[str, int] | dict[str, str]) -> float:
    return float(normalized_mutual_info_score(list(truth.values()), [found[key] for key in truth]))
