"""Words for a person."""

from salver.pipeline.explain import apart, counted, language, listed, percent


def test_a_share_in_words() -> None:
    assert [percent(one) for one in (0.93, 0.025, 0, 1)] == ["93 %", "2.5 %", "0 %", "100 %"]
    assert percent(0.876, 0) == "88 %"


def test_two_numbers_get_the_digits_it_takes_to_tell_them_apart() -> None:
    assert apart(0.91, 0.94) == ("0.91", "0.94")
    assert apart(0.9399, 0.94) == ("0.9399", "0.9400")
    assert apart(0.5, 0.5) == ("0.500000", "0.500000")
    assert apart(float("nan"), 0.5) == ("nan", "0.50")


def test_languages_have_names() -> None:
    assert (language("de"), language("xx")) == ("German", '"xx"')


def test_lists_and_numbers_read_as_english() -> None:
    assert [listed(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert [counted(n, "case") for n in (0, 1, 2)] == ["0 cases", "1 case", "2 cases"]
