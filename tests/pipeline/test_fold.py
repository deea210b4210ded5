"""Answers that say the same are laid on top of each other."""

from salver.data.case import PastCase
from salver.data.reading import Request, Scored
from salver.pipeline.fold import alike, fold

TEXT = "Wir haben Ihre Leitung geprüft und einen Fehler im Verteiler gefunden, er wird bis Freitag behoben."


def past(name: str, answer: str, intent: str = "internet_slow") -> PastCase:
    return PastCase(id=name, intent=intent, lang="de", question="", answer=answer, agent="", ending="resolved")


def asked(**intents: float) -> Request:
    return Request(text="?", intents=tuple(Scored(label=one, probability=p) for one, p in intents.items()))


def test_case_and_punctuation_do_not_count() -> None:
    assert alike(TEXT, TEXT.upper().replace(",", ";"))


def test_a_tenth_of_the_words_may_differ_and_no_more() -> None:
    assert not alike(TEXT, TEXT.replace("Freitag", "Montag"))
    assert alike(TEXT * 3, TEXT * 2 + TEXT.replace("Freitag", "Montag"))


def test_texts_without_words_are_alike_only_with_their_like() -> None:
    assert alike("", "")
    assert not alike("", TEXT)


def test_the_nearest_answer_stands_for_its_fold() -> None:
    first, second = fold(
        [(past("1", TEXT), 1.0), (past("2", "Nein."), 0.5), (past("3", TEXT), 0.5)], asked(internet_slow=0.8)
    )
    assert [case.id for case in first.cases] == ["1", "3"]
    assert first.text == TEXT
    assert first.score == 0.8 * 0.75
    assert second.score == 0.8 * 0.25


def test_an_intent_that_nobody_thinks_of_scores_nothing() -> None:
    (one,) = fold([(past("1", TEXT, "wallbox"), 1.0)], asked(internet_slow=0.8))
    assert one.score == 0


def test_one_text_for_two_intents_is_not_folded() -> None:
    assert len(fold([(past("1", TEXT), 1.0), (past("2", TEXT, "wallbox"), 1.0)], asked(wallbox=1.0))) == 2
