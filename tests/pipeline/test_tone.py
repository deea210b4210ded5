"""How German speaks to its reader, and which text fits whom."""

from dataclasses import dataclass

import pytest

from salver.data.answer import Template
from salver.pipeline.tone import address_of, answered_with, fitting, is_twin

SIE = "für Elm Flex brauchen Sie einen Smart Meter. Den bauen wir Ihnen auf Wunsch ein, das kostet 20 Euro."
DU = "für Elm Flex brauchst du einen Smart Meter. Den bauen wir dir auf Wunsch ein, das kostet 20 Euro."


@dataclass(frozen=True)
class Offered:
    template: Template
    chance: float


def offer(text: str, chance: float) -> Offered:
    known = Template(id=text[:9], intent="a", lang="de", text=text, slots=(), cases=(), customers=9, agents=2)
    return Offered(known, chance)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (SIE, "Sie"),
        (DU, "du"),
        ("Ihre neue Bankverbindung ist eingetragen.", "Sie"),
        ("Sie müssen nichts weiter tun.", "Sie"),
        ("eine Wallbox bis 11 kW muss gemeldet werden.", ""),
        ("die Rechnung liegt im Portal, sie nennt ihren Betrag.", ""),
        ("Deine Daten sind gelöscht.", "du"),
        ("Sie liegen im Portal, dort findest du sie unter deinem Namen.", "du"),
    ],
)
def test_a_text_says_sie_or_du_or_neither(text: str, address: str) -> None:
    assert address_of(text, "de") == address
    assert address_of(text, "en") == ""


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        ("könnt ihr mein Konto löschen?", "du"),
        ("Kannst du mir helfen", "du"),
        ("schickt mir eure Preise", "du"),
        ("Können Sie mir helfen", "Sie"),
        ("lohnt sich das? seh ich das im portal", "Sie"),
        ("Dein Kollege sagte, dass Sie mir helfen.", "Sie"),
        ("meine Tochter und ihr Mann ziehen ein", "Sie"),
        ("hat ihr Mitarbeiter das notiert", "Sie"),
    ],
)
def test_du_is_said_only_to_who_wrote_so(asked: str, address: str) -> None:
    assert answered_with(asked, "de") == address


def test_of_two_texts_that_say_the_same_the_one_is_chosen_that_fits() -> None:
    sie, du = offer(SIE, 0.6), offer(DU, 0.3)
    assert fitting([du, sie], "du", "de")[0] is du
    assert fitting([sie, du], "Sie", "de") == [sie]
    assert fitting([offer(DU, 0.9)], "Sie", "de") == []
    assert fitting([sie], "du", "de") == [sie]


def test_another_number_or_a_denial_is_no_twin_and_the_likeliest_stays() -> None:
    sie = offer(SIE, 0.6)
    for other in (DU.replace("20", "30"), DU.replace("brauchst du", "brauchst du nicht")):
        assert not is_twin(SIE, other)
        assert fitting([sie, offer(other, 0.3)], "du", "de")[0] is sie
    assert is_twin(SIE, DU)
