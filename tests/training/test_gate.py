import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from salver.data.reading import Scored
from salver.training.evaluate import Prediction
from salver.training.gate import Exam, better, chance_of


def exam(bundle: str, right: str, *, sure: float = 0.9, intent: str = "bill", bound: bool = True) -> Exam:
    """One message a character: `x` is right, anything else wrong."""
    said = [Scored(label=intent if one == "x" else "other", probability=sure) for one in right]
    told = tuple(Prediction(id=f"{intent}{i}", truth=intent, ranked=(one,)) for i, one in enumerate(said))
    return Exam(bundle=bundle, predictions=told, bound_shown=bound)


def together(*exams: Exam) -> Exam:
    told = tuple(one for some in exams for one in some.predictions)
    return Exam(bundle=exams[0].bundle, predictions=told, bound_shown=exams[0].bound_shown)


def test_the_first_bundle_is_promoted_and_says_so() -> None:
    verdict = better(None, exam("first", "xxx."))
    assert verdict.promote
    assert verdict.because == 'No champion yet: "first" is the first. It is right on 3 of 4 later messages.'


def test_five_won_and_none_lost_are_enough_and_four_are_not() -> None:
    assert better(exam("old", "x" * 45 + "....."), exam("new", "x" * 50)).promote
    assert not better(exam("old", "x" * 46 + "...."), exam("new", "x" * 50, sure=0.92)).promote


def test_the_words_of_a_better_one_have_the_numbers() -> None:
    verdict = better(exam("old", "x" * 90 + "." * 10), exam("new", "x" * 100))
    assert verdict.because == (
        '"new" is better than "old". On 100 later messages top-1 went from 90.0% to 100.0%: 10 won, 0 lost, '
        "p = 0.001 (needed: 0.05); calibration error from 0.000 to 0.100."
    )


def test_a_worse_one_is_not_promoted_however_well_calibrated() -> None:
    verdict = better(exam("old", "x" * 98 + "..", sure=0.5), exam("new", "x" * 97 + "...", sure=0.97))
    assert not verdict.promote
    assert verdict.because.startswith('"new" is right less often. On 100 later messages')
    assert verdict.because.endswith('"old" stays.')


def test_an_equal_one_is_promoted_only_when_calibrated_better() -> None:
    old = exam("old", "x" * 90 + "." * 10, sure=0.99)
    assert better(old, exam("new", "." * 10 + "x" * 90, sure=0.9)).promote
    assert not better(old, exam("new", "." * 10 + "x" * 90, sure=0.985)).promote


def test_an_equal_one_that_no_longer_shows_its_error_bound_is_not_promoted() -> None:
    old, new = exam("old", "x" * 90 + "." * 10, sure=0.99), exam("new", "x" * 90 + "." * 10, bound=False)
    verdict = better(old, new)
    assert not verdict.promote
    assert "is no worse and better calibrated, but its error bound is not shown." in verdict.because


def test_a_better_one_without_a_bound_is_promoted_and_says_that_it_answers_nothing() -> None:
    verdict = better(exam("old", "x" * 30 + "." * 10), exam("new", "x" * 40, bound=False))
    assert verdict.promote
    assert "It answers nothing by itself yet" in verdict.because


def test_where_the_bound_is_not_held_any_more_one_that_is_not_shown_to_be_worse_takes_over() -> None:
    old = exam("old", "x" * 90 + "." * 10, bound=False)
    verdict = better(old, exam("new", "x" * 88 + "." * 12))
    assert verdict.promote
    shown = '"new" is not shown to be worse, and its bound is shown; that of "old" is not. On 100 later messages'
    assert verdict.because.startswith(shown)
    assert not better(old, exam("new", "x" * 85 + "." * 15)).promote, "worse, by more than chance"
    assert not better(old, exam("new", "x" * 90 + "." * 10, bound=False)).promote, "nothing is won by it"


def test_no_intent_with_ten_messages_may_fall_by_more_than_ten_points() -> None:
    old = together(exam("old", "." * 60), exam("old", "x" * 10, intent="gas"))
    one_lost = together(exam("new", "x" * 60), exam("new", "x" * 9 + ".", intent="gas"))
    two_lost = together(exam("new", "x" * 60), exam("new", "x" * 8 + "..", intent="gas"))
    assert better(old, one_lost).promote
    verdict = better(old, two_lost)
    assert not verdict.promote
    assert verdict.because.startswith('"new" falls by more than 10 points on gas from 100% to 80% of 10.')


def test_nine_messages_of_an_intent_say_too_little() -> None:
    old = together(exam("old", "." * 60), exam("old", "x" * 9, intent="gas"))
    assert better(old, together(exam("new", "x" * 60), exam("new", "." * 9, intent="gas"))).promote


def test_exams_on_different_messages_are_refused() -> None:
    with pytest.raises(ValueError, match="on the same messages"):
        better(exam("old", "xx"), exam("new", "xxx"))
    with pytest.raises(ValueError, match="each once"):
        better(together(exam("old", "x"), exam("old", "x")), exam("new", "x"))


def test_without_later_messages_the_champion_stays() -> None:
    verdict = better(exam("old", ""), exam("new", ""))
    assert not verdict.promote
    assert verdict.because == 'There are no later messages to try "new" on; "old" stays.'


def test_a_verdict_becomes_json() -> None:
    told = json.loads(json.dumps(better(exam("old", "x."), exam("new", "xx")).to_json()))
    assert (told["compared"]["won"], told["compared"]["lost"], told["compared"]["p"]) == (1, 0, 0.5)


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_chance_is_that_of_the_exact_binomial_test(won: int, lost: int) -> None:
    expected = binomtest(won, won + lost, 0.5, alternative="greater").pvalue if won + lost else 1.0
    assert chance_of(won, lost) == pytest.approx(expected)


@given(st.text("x.", min_size=1, max_size=60))
def test_the_champion_never_replaces_itself(right: str) -> None:
    assert not better(exam("old", right), exam("new", right)).promote
