"""The encoder learned from the archive."""

import numpy as np

from salver.models.grams import Grams
from salver.models.history import HistoryEncoder

TEXTS = [
    "mein strom ist weg", "stromausfall in der straße", "kein strom seit heute früh", "der strom fiel aus",
    "neue bankverbindung", "meine iban hat sich geändert", "bitte neues konto für die lastschrift", "sepa mandat",
    "router einrichten", "wlan passwort vom router", "der router blinkt rot", "wie richte ich das wlan ein",
] * 3  # fmt: skip
LABELS = np.repeat([0, 1, 2], 4).tolist() * 3


def fitted() -> HistoryEncoder:
    return HistoryEncoder.fit(TEXTS, np.array(LABELS))


def test_texts_of_one_intent_lie_closer_than_others() -> None:
    vectors = fitted().encode(["strom weg", "ausfall vom strom", "iban fürs konto"])
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3


def test_vectors_have_length_one_or_nothing() -> None:
    vectors = fitted().encode(["strom", "", "πππ"])
    assert np.allclose(np.linalg.norm(vectors, axis=1), [1, 0, 0], atol=1e-5)


def test_the_same_archive_gives_the_same_encoder() -> None:
    assert (fitted().encode(["strom weg"]) == fitted().encode(["strom weg"])).all()


def test_it_is_the_same_after_it_was_saved() -> None:
    encoder = fitted()
    again = HistoryEncoder.from_arrays(encoder.to_arrays(), Grams())
    assert (encoder.encode(TEXTS) == again.encode(TEXTS)).all()


def test_one_intent_alone_gives_an_encoder_too() -> None:
    assert HistoryEncoder.fit(["eins", "zwei"], np.array([0, 0])).encode(["eins"]).shape[0] == 1


def test_no_text_gives_no_vector() -> None:
    assert fitted().encode([]).shape == (0, fitted().dim)
