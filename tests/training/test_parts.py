"""The parts that are learned together."""

from collections import Counter

from salver.models.grams import Grams
from salver.training import parts
from salver.training.parts import Lore, Text, learn, teaching


def test_of_few_texts_all_teach() -> None:
    assert teaching(["a", "b", "a"], most=3).tolist() == [0, 1, 2]


def test_of_many_texts_an_intent_keeps_its_share_and_a_rare_one_all() -> None:
    intents = ["often"] * 6000 + ["rare"] * 7 + ["half"] * 3000
    taught = Counter(intents[i] for i in teaching(intents, most=1800))
    assert taught["rare"] == 7
    assert 1150 < taught["often"] < 1250
    assert 550 < taught["half"] < 650


def test_those_that_do_not_teach_are_found_all_the_same(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    words = {"power": "Der Strom ist weg", "card": "Wo ist meine Karte"}
    texts = [
        Text(id=f"{intent}{i}", text=f"{words[intent]} {i}", intent=intent, group=str(i))
        for intent in words
        for i in range(150)
    ]
    monkeypatch.setattr(parts, "teaching", lambda intents: teaching(intents, most=120))
    learned = learn(texts, Lore.of(texts, {}), Grams())
    assert len(learned.vectors) == len(learned.index) == 300
    assert {case for case, _ in learned.index.nearest(learned.vectors, 1)[0]} <= {one.id for one in texts}
