"""A small draft of a bundle, learned for real from a few dozen made-up cases of three intents."""

from datetime import UTC, datetime, timedelta
from functools import cache

from salver.data.case import Case, Customer
from salver.data.company import Company
from salver.models.bundle import Draft
from salver.training.order import Order
from salver.training.prepare import Lesson, prepare
from salver.training.run import draft_of

COMPANY = Company(name="Beispielwerk", own=("@beispielwerk.example",), contact=(("de", "Rufen Sie uns an."),))
START = datetime(2026, 1, 5, 9, tzinfo=UTC)

ASKED = {
    "power": [
        "Bei uns ist seit heute Morgen der Strom weg", "Stromausfall im ganzen Haus", "Kein Strom in der Küche",
        "Wir haben keinen Strom mehr", "Der Strom ist in der Straße ausgefallen", "Strom weg, wann kommt er wieder?",
        "Seit einer Stunde ist alles dunkel, Stromausfall", "In der Wohnung geht kein Strom",
    ],
    "bank": [
        "Ich habe eine neue Bankverbindung", "Bitte die IBAN für die Lastschrift ändern", "Neues Konto für den Einzug",
        "Meine Bank hat gewechselt, neue IBAN folgt", "Lastschrift bitte vom neuen Konto", "SEPA Mandat neu ausstellen",
        "Die Bankverbindung hat sich geändert", "Bitte bucht künftig von meinem anderen Konto ab",
    ],
    "router": [
        "Wie richte ich den Router ein?", "Mein WLAN Passwort geht nicht", "Der Router blinkt rot",
        "Router einrichten klappt nicht", "Welches Passwort hat das WLAN?", "Neuer Router, wie schließe ich ihn an?",
        "WLAN am Router einschalten", "Der neue Router verbindet sich nicht",
    ],
}  # fmt: skip
ANSWERS = {
    "power": "an der Leitung in Ihrer Straße wird gearbeitet.\nDer Strom kommt in etwa zwei Stunden wieder.",
    "bank": "Ihre neue Bankverbindung haben wir eingetragen.\nDie nächste Abbuchung geht vom neuen Konto ab.",
    "router": "bitte halten Sie die Taste WLAN am Router zehn Sekunden lang gedrückt.\nDanach startet er neu.",
}


def cases() -> list[Case]:
    """Eight cases an intent, of as many customers, answered by two agents over half a year."""
    found = []
    for intent, texts in ASKED.items():
        for i, text in enumerate(texts):
            at = START + timedelta(days=20 * i)
            name = f"{('Anna', 'Bernd', 'Clara', 'Dieter', 'Eva', 'Fritz', 'Gerda', 'Hans')[i]} {intent.title()}mann"
            found.append(
                Case(
                    id=f"{intent}{i}",
                    thread=f"{intent}{i}",
                    customer=Customer(name=name, email=f"{intent}{i}@post.example"),
                    text=text,
                    answer=f"Guten Tag {name},\n\n{ANSWERS[intent]}\n\nMit freundlichen Grüßen\nMara Lind",
                    lang="de",
                    intents=(intent,),
                    urgency="high" if intent == "power" else "normal",
                    agent=("mara", "felix")[i % 2],
                    received_at=at,
                    answered_at=at + timedelta(hours=3),
                    ending="reopened" if i == 7 else "resolved",
                )
            )
    return found


def order(max_error: float = 0.3) -> Order:
    return Order(sources=(), company=COMPANY, team=None, at=START, name="first", max_error=max_error)


@cache
def lessons() -> tuple[Lesson, ...]:
    return tuple(prepare(cases(), COMPANY))


@cache
def draft() -> Draft:
    return draft_of(lessons(), order(), {})
