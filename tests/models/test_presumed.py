"""How urgent messages presumably were."""

import numpy as np
import pytest

from salver.data.reading import Urgency
from salver.models.presumed import certain, presumed

DARK = "Seit einer Stunde kein Strom im Haus"
PLAIN = "Bitte den Abschlag senken"
FACTS = [
    ("Es riecht nach Gas", Urgency.CRITICAL),
    ("Gasgeruch von letzter Woche: der Fehler ist behoben", Urgency.NORMAL),
    ("Kein Strom, und mein Mann braucht sein Sauerstoffgerät", Urgency.CRITICAL),
    ("Kein Strom im ganzen Haus", Urgency.HIGH),
    ("Doppelt abgebucht, die Miete ist bis morgen fällig", Urgency.HIGH),
    (PLAIN, Urgency.NORMAL),
    ("Keine Eile, gelegentlich", Urgency.LOW),
    ("DRINGEND!!! SOFORT!!! Anwalt!!!", Urgency.NORMAL),
]


def archive(slow_outages: bool) -> tuple[list[str], list[float | None]]:
    """300 plain messages answered in a day, and 40 outages answered within the hour, or as slowly."""
    chance = np.random.default_rng(0)
    hours = chance.lognormal(3, 0.5, 340)
    if not slow_outages:
        hours[300:] = chance.lognormal(-1, 0.5, 40)
    return [PLAIN] * 300 + [DARK] * 40, hours.tolist()


@pytest.mark.parametrize(("text", "level"), FACTS)
def test_facts_point_to_a_level_and_are_not_sure(text: str, level: Urgency) -> None:
    (row,) = presumed([text], [None], [None])
    assert row.argmax() == level
    assert row.max() < 0.9


def test_a_label_is_certain() -> None:
    labels = [Urgency.LOW, None, Urgency.CRITICAL]
    found = presumed([PLAIN] * 3, [None] * 3, labels)
    assert found[[0, 2]].tolist() == certain([Urgency.LOW, Urgency.CRITICAL]).tolist()
    assert np.allclose(found.sum(axis=1), 1)


def test_what_is_answered_as_fast_as_outages_was_likely_urgent_too() -> None:
    texts, hours = archive(slow_outages=False)
    found = presumed([*texts, PLAIN, PLAIN], [*hours, 0.3, 30.0], [None] * 342)
    fast, slow = found[-2:, Urgency.HIGH :].sum(axis=1)
    assert fast > 4 * slow


def test_times_change_little_where_facts_are_not_answered_sooner() -> None:
    texts, hours = archive(slow_outages=True)
    found = presumed([*texts, PLAIN, PLAIN], [*hours, 5.0, 30.0], [None] * 342)
    assert np.abs(found[-2] - found[-1]).max() < 0.1


def test_labels_teach_what_facts_are_worth() -> None:
    texts = [DARK] * 200 + [DARK]
    labels = [Urgency.NORMAL] * 200 + [None]
    assert presumed(texts, [None] * 201, labels)[-1].argmax() == Urgency.NORMAL


def test_few_times_are_not_looked_at() -> None:
    assert (presumed([PLAIN, PLAIN], [0.1, 90.0], [None, None])[0] == presumed([PLAIN], [None], [None])[0]).all()


def test_no_texts_have_no_levels() -> None:
    assert presumed([], [], []).shape == (0, 4)
