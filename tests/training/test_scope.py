"""From when on a message asks for something known."""

import numpy as np

from salver.models.grams import Grams
from salver.models.scope import density
from salver.training.fit import Understanding, fit_understanding
from salver.training.parts import Text
from salver.training.scope import learn_scope

MATTERS = {
    "power": ("strom weg", "stromausfall", "kein strom", "alles dunkel"),
    "bank": ("neue iban", "konto ändern", "bankverbindung neu", "lastschrift konto"),
    "router": ("router einrichten", "wlan passwort", "router blinkt", "wlan langsam"),
    "meter": ("zählerstand melden", "zähler ablesen", "zählerstand falsch", "neuer zähler"),
    "tariff": ("tarif wechseln", "preis erhöht", "günstiger tarif", "preisgarantie"),
    "move": ("umzug melden", "auszug ende monat", "neue adresse", "einzug wohnung"),
}
FRAMES = ("{} seit heute", "Guten Tag, {} bitte", "Frage: {}?", "ich schreibe wegen {}", "{} und nun?")
STRANGE = ["wie wird das wetter", "kuchen backen rezept", "wer gewann das spiel", "flug nach rom"]


def texts() -> list[Text]:
    asked = [(intent, f.format(m)) for f in FRAMES for intent, some in MATTERS.items() for m in some]
    return [Text(id=str(i), text=text, intent=intent, group=str(i)) for i, (intent, text) in enumerate(asked)]


def known(found: Understanding, strangers: list[str], asked: list[str]) -> list[float]:
    scope = learn_scope(found, [one.intent for one in texts()], strangers)[0]
    vectors = found.encoder.encode(asked)
    near = found.index.nearest(vectors, 20)
    voting = [[(found.intent_of[case], cosine) for case, cosine in row] for row in near]
    sure = found.intents.probabilities(asked, vectors, voting).max(axis=1)
    return scope.known([density(row) for row in near], sure.tolist())


def test_what_is_asked_often_is_better_known_than_what_nobody_asked() -> None:
    found = fit_understanding(texts(), "history", Grams())
    asked = known(found, [], ["der strom ist weg", "wlan passwort vergessen", *STRANGE])
    assert min(asked[:2]) > max(asked[2:])


def test_strangers_that_are_shown_make_others_stranger() -> None:
    found = fit_understanding(texts(), "history", Grams())
    without, shown = known(found, [], STRANGE), known(found, STRANGE * 10, STRANGE)
    assert np.mean(shown) < np.mean(without)


def test_whole_intents_are_left_out_where_there_are_enough() -> None:
    assert fit_understanding(texts(), "history", Grams()).unseen.strange is not None
    few = [one for one in texts() if one.intent in ("power", "bank")]
    assert fit_understanding(few, "history", Grams()).unseen.strange is None
