"""What is learned of several requests, from cases that have several intents or from joined messages."""

from functools import cache

from salver.models.grams import Grams
from salver.training.fit import Understanding, fit_understanding
from salver.training.parts import Text
from salver.training.several import learn_several
from tests.training.small import lessons

JOINED = "Außerdem: "


def texts(*more: Text) -> tuple[Text, ...]:
    found = [Text(id=one.case.id, text=one.question, intent=one.case.intent, group=one.case.id) for one in lessons()]
    return (*found, *more)


@cache
def learned(some: tuple[Text, ...]) -> tuple[Understanding, list[list[str]], tuple[float, ...]]:
    """The parts, for each text the further intents that are found in it, and how likely these are all."""
    found = fit_understanding(some, "history", Grams())
    intents = [(one.intent, *one.further) for one in some]
    several = learn_several(intents, [one.parts for one in some], found.unseen, found.intents.labels)
    return found, [[found.intents.labels[one.place] for one in some.asked] for some in several.told], several.complete


def test_messages_joined_of_two_are_read_by_parts_that_saw_neither() -> None:
    found, *_ = learned(texts())
    assert found.unseen.made
    for one in found.unseen.made:
        assert len(set(one.intents)) == 2
        assert len(one.spoken.whole.chances) == 1
        assert one.spoken.count == 2


def test_an_archive_with_one_label_a_case_teaches_it_too() -> None:
    """Joined messages stand in for those with several intents: a message that is one is still told as one."""
    _, further, complete = learned(texts())
    assert sum(map(bool, further)) < len(further) / 2
    assert 0.5 < sum(complete) / len(complete) < 1


def test_what_is_asked_besides_is_found_where_cases_say_so() -> None:
    alone = lessons()
    both = [
        Text(
            id=f"both{i}",
            text=f"{one.question}\n\n{JOINED}{other.question}",
            intent=one.case.intent,
            group=f"both{i}",
            parts=(one.question, f"{JOINED}{other.question}"),
            further=(other.case.intent,),
        )
        for i, (one, other) in enumerate(zip(alone, [*alone[9:], *alone[:9]], strict=True))
        if one.case.intent != other.case.intent
    ]
    _, further, complete = learned(texts(*both))
    missed = [
        whole
        for whole, some, text in zip(complete[len(alone) :], further[len(alone) :], both, strict=True)
        if not {text.intent, *text.further} & set(some)
    ]
    assert sum(missed) / len(missed) < sum(complete[: len(alone)]) / len(alone)
    asked = further[len(alone) :]
    found = [text.further[0] in some or text.intent in some for text, some in zip(both, asked, strict=True)]
    assert sum(found) > 0.7 * len(both)
