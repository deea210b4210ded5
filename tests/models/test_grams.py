"""Texts as hashed n-grams."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from salver.models.grams import BITS, Grams, TfIdf


def test_a_text_has_the_same_features_whenever_it_is_read() -> None:
    assert (Grams().of("Zählerstand 34112")[0] == Grams().of("zählerSTAND 99999")[0]).all()


def test_a_word_shares_most_features_with_its_inflected_form() -> None:
    one, other = (set(Grams().of(word)[0].tolist()) for word in ("Abschlag", "Abschlags"))
    assert len(one & other) / len(one | other) > 0.6


@given(st.text())
def test_any_text_has_features_within_the_range(text: str) -> None:
    found, _ = Grams().of(text)
    assert found.dtype == np.int32
    assert ((found >= 0) & (found < 1 << BITS)).all()


def test_a_word_said_again_counts_for_less_each_time() -> None:
    once, twice = Grams(pairs=False).matrix(["strom", "strom strom"])
    assert np.allclose(twice.data, once.data * (1 + np.log(2)))


def test_tokens_met_before_keep_their_numbers() -> None:
    grams = Grams()
    first = grams.bags(["strom weg"]).rows[0][0].tolist()
    grams.bags(["ganz andere Worte"])
    assert grams.bags(["strom weg jetzt"]).rows[0][0].tolist()[:2] == first[:2]


@given(st.lists(st.text(max_size=40), max_size=6))
def test_rows_of_a_batch_are_the_texts_one_by_one(texts: list[str]) -> None:
    grams = Grams()
    together = grams.matrix(texts)
    for row, text in enumerate(texts):
        assert (together[row] != grams.matrix([text])).nnz == 0


def test_weights_favour_what_is_rare_and_rows_have_length_one() -> None:
    counts = Grams(pairs=False).matrix(["strom weg", "strom da", "strom teuer"])
    weigh = TfIdf.fit(counts)
    found = weigh.apply(counts)
    assert np.allclose(np.sqrt(found.multiply(found).sum(axis=1)), 1)
    common, rare = (Grams(pairs=False).of(word)[0][0] for word in ("strom", "weg"))
    assert weigh.rarity[weigh.columns == rare] > weigh.rarity[weigh.columns == common]


def test_a_text_without_a_known_word_is_a_row_of_nothing() -> None:
    weigh = TfIdf.fit(Grams().matrix(["strom weg"]))
    assert weigh.apply(Grams().matrix(["", "xyz"])).nnz == 0


def test_nothing_is_no_rows() -> None:
    assert Grams().matrix([]).shape[0] == 0
