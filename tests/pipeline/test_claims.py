"""A machine must not say that it has done something."""

import pytest

from salver.pipeline.claims import claim


@pytest.mark.parametrize(
    "text",
    [
        "Den Zählerstand {reading} kWh haben wir eingetragen.",
        "wir haben Ihren Zugang geprüft und die Sperre aufgehoben.",
        "das gewünschte Dokument hängt als PDF an dieser E-Mail.",
        "Anbei erhalten Sie die Rechnung.",
        "Ihr Guthaben überweisen wir in den nächsten Tagen.",
        "Die Bankverbindung ist ab sofort bei uns eingetragen.",
        "We have entered your new bank account.",
        "The document you asked for is attached to this e-mail.",
        "Your credit has been released.",
        "We are sending a technician on {date}.",
        "We will transfer the amount within a week.",
        "Thank you, we’ve updated your details.",
    ],
)
def test_a_text_that_tells_of_a_deed_claims_it(text: str) -> None:
    assert claim(text)


@pytest.mark.parametrize(
    "text",
    [
        "Eine Wallbox bis 11 kW muss vor der Inbetriebnahme nur angemeldet werden.",
        "bitte klicken Sie im Portal auf „Passwort vergessen“ und geben Sie Ihre E-Mail-Adresse ein.",
        "Elm Natur kostet 31,90 Cent je Kilowattstunde. Wir haben keine Mindestlaufzeit.",
        'Please go to the portal and choose "Forgotten password". The link is valid for one hour.',
        "You only have to register it; we have no fee for that.",
    ],
)
def test_a_text_that_informs_claims_nothing(text: str) -> None:
    assert claim(text) == ""
