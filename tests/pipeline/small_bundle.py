"""A bundle of real parts, learned in a second from some forty lines, for the tests of the steps after `split`."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any

import numpy as np

from salver.data.agent import Agent, Hours, ServiceLevel, Skill, Team
from salver.data.answer import Template
from salver.data.case import PastCase
from salver.data.company import Company
from salver.data.message import Address, Message
from salver.data.policy import Policy
from salver.data.reading import Cleaned, Reading, Request, Scored, Urgency
from salver.models.bundle import Bundle
from salver.models.choice import FREE, Ask, Example, TemplateChoice
from salver.models.entities import CompanyEntities
from salver.models.grams import Grams
from salver.models.history import HistoryEncoder
from salver.models.index import CaseIndex
from salver.models.intents import Opinions, StackedIntents
from salver.models.language import ConfiguredLanguages
from salver.models.linear import places
from salver.models.presumed import certain
from salver.models.scope import LearnedScope
from salver.models.sentences import SpacySentences
from salver.models.several import SeveralIntents
from salver.models.urgency import OrderedUrgency
from salver.training.split import folds

ASKED = {
    ("meter_reading", "de"): """
        Zählerstand 34112, abgelesen heute früh am Stromzähler im Keller
        Hier kommt mein Zählerstand: 41906, bitte eintragen
        ich habe den Zähler abgelesen, der Stand ist 9283
        Der Stand meines Zählers lautet 18447, abgelesen am Montag
        Anbei der abgelesene Zählerstand für die Jahresabrechnung, 22871
        wie kann ich Ihnen meinen Zählerstand melden? Wo trage ich den Stand ein?
        auf welchem Weg melde ich den Zählerstand, geht das auch im Portal?
        """,
    ("meter_reading", "en"): """
        Here is my meter reading: 18447, I read the meter this morning
        The electricity meter shows 22910, please enter this reading
        my reading for the annual statement is 40112
        how do I send you the meter reading, is there a form for the reading?
        """,
    ("internet_slow", "de"): """
        Mein Internet ist seit Tagen sehr langsam, Seiten laden ewig
        das WLAN ist langsam, Videos ruckeln und Seiten laden nicht richtig
        Statt 300 Mbit kommen nur 20 an, das Internet ist viel zu langsam
        Abends ist die Leitung lahm, das Internet wird langsam
        Das Internet ruckelt, die Geschwindigkeit ist schlecht
        """,
    ("internet_slow", "en"): """
        My internet is very slow, pages take forever to load
        the wifi is slow in the evening and videos keep buffering
        Instead of 300 Mbit only 20 arrive, the internet is far too slow
        The connection is slow, speed is bad since last week
        """,
    ("power_outage", "de"): """
        Bei uns ist der Strom weg, die ganze Straße ist dunkel
        Stromausfall in Steinau, wann kommt der Strom wieder?
        Seit einer Stunde kein Strom im Haus, alles dunkel
        Der Strom ist ausgefallen, auch bei den Nachbarn
        """,
    ("power_outage", "en"): """
        We have no power, the whole street is dark
        Power cut in our village, when will the electricity be back?
        There has been no power in the house for an hour
        The power is out, our neighbours have no power either
        """,
    ("complaint", "de"): """
        Ich beschwere mich über Ihren Kundendienst, das ist unverschämt
        Das ist eine Frechheit, ich möchte mich offiziell beschweren
        Beschwerde über Ihren Mitarbeiter, so geht man nicht mit Kunden um
        Ich bin empört und verlange eine Entschuldigung vom Kundendienst
        """,
    ("complaint", "en"): """
        I want to complain about your customer service, this is outrageous
        This is a formal complaint about the behaviour of your staff
        I am fed up and expect an apology from your service team
        Complaint: nobody treats customers like that, it is a disgrace
        """,
}
"""By intent and language what customers asked, a line each."""

NOTED = "Ihren Zählerstand {reading} für den Zähler {meter_no} haben wir eingetragen.\nSie müssen nichts weiter tun."
HOW = "Ihren Zählerstand können Sie im Portal, per Antwort auf diese E-Mail oder am Telefon melden."
SLOW = "Bitte stellen Sie den Router frei auf und wählen Sie das Netz mit 5 GHz, dann wird es schneller."
NOTED_EN = "We have entered {reading} kWh for meter {meter_no}. There is nothing else for you to do."
TEMPLATES = {"t-noted": NOTED, "t-how": HOW, "t-slow": SLOW, "t-noted-en": NOTED_EN}

COMPANY = Company(
    name="Elmtalwerke GmbH",
    own=("@elmtalwerke.example",),
    languages=("de", "en"),
    patterns=(
        ("customer_no", r"\b[2-6]\d{6}\b"),
        ("meter_no", r"\b1\s?EMT\s?\d{10}\b"),
        ("reading", r"(?<=Stand )\d{4,5}\b"),
    ),
    contact=(("de", "Einen Menschen erreichen Sie unter 05399 700 0."), ("en", "Call 05399 700 0 for a person.")),
)
WEEK = tuple(Hours(weekday=day, start=time(8), end=time(18)) for day in range(5))
TEAM = Team(
    agents=(
        Agent(id="anna", name="Anna Ott", languages=("de", "en"), hours=WEEK, capacity=4),
        Agent(id="bela", name="Béla Nagy", languages=("de",), hours=WEEK, capacity=4),
        Agent(id="cleo", name="Cleo Marsh", languages=("en",), hours=WEEK, capacity=4),
    ),
    hours=WEEK,
    timezone="Europe/Berlin",
    service_levels=(
        ServiceLevel(urgency=Urgency.CRITICAL, first_answer=timedelta(hours=1), around_the_clock=True),
        ServiceLevel(urgency=Urgency.HIGH, first_answer=timedelta(hours=4)),
        ServiceLevel(urgency=Urgency.NORMAL, first_answer=timedelta(hours=10)),
        ServiceLevel(urgency=Urgency.LOW, first_answer=timedelta(hours=30)),
    ),
    queues=(("meter_reading", "billing"), ("internet_slow", "internet")),
)
SKILLS = (
    Skill(agent="anna", intent="meter_reading", lang="de", mean=0.93, low=0.81, high=0.98, cases=34),
    Skill(agent="anna", intent="internet_slow", lang="de", mean=0.55, low=0.4, high=0.7, cases=20),
    Skill(agent="bela", intent="internet_slow", lang="de", mean=0.9, low=0.8, high=0.96, cases=25),
    Skill(agent="bela", intent="meter_reading", lang="de", mean=0.6, low=0.4, high=0.8, cases=8),
)
POLICY = Policy(max_error=0.02, answer_at=0.5, because="Of 200 checked answers none was wrong.", scope_at=0.4)
FURTHER = np.array([0, 0, 0, 0, 3.0, 0.5, 0, 0, 0, 1.0, 0, 0.5, 0, 0, 0, -20.0, 0.5])
"""What says that a part is a request of its own: how sure it is of an intent, and that it is of none more."""
NOON = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
"""A Wednesday, twelve o'clock in Berlin."""


@cache
def small_bundle() -> Bundle:
    """The bundle; change it with `dataclasses.replace`, never in place."""
    cases = _cases()
    texts, intents = [case.question for case in cases], [case.intent for case in cases]
    labels, grams = tuple(sorted(set(intents))), Grams()
    encoder = HistoryEncoder.fit(texts, places(intents, labels), grams=grams)
    vectors = encoder.encode(texts)
    levels = [Urgency.HIGH if intent == "power_outage" else Urgency.NORMAL for intent in intents]
    return Bundle(
        name="small",
        created=datetime.now(UTC),
        company=COMPANY,
        team=TEAM,
        encoder=encoder,
        intents=StackedIntents(Opinions.fit(texts, vectors, intents, labels, grams), np.array([0.7, 0.3, 0.5, 0.5])),
        urgency=OrderedUrgency.fit(texts, certain(levels), folds([case.id for case in cases])),
        scope=LearnedScope(np.array([2.0, 1.0, -6.0])),
        several=SeveralIntents(FURTHER),
        choice=_choice(cases, grams),
        neighbours=CaseIndex.build([case.id for case in cases], vectors),
        languages=ConfiguredLanguages(COMPANY.languages),
        sentences=SpacySentences(),
        entities=CompanyEntities(COMPANY),
        cases={case.id: case for case in cases},
        templates=tuple(_template(name, cases) for name in TEMPLATES),
        skills=SKILLS,
        policy=POLICY,
    )


def bundle_with(**policy: Any) -> Bundle:
    """The bundle under another policy."""
    return replace(small_bundle(), policy=replace(POLICY, **policy))


def mail(body: str, subject: str = "", sender: str = "", **more: Any) -> Message:
    """A message as read."""
    who = Address(name=sender, email="someone@posthorn.example")
    return Message(key=f"key of {subject} {body[:20]}", subject=subject, body=body, sender=who, **more)


def cleaned(messages: list[Message]) -> list[Cleaned]:
    """Nothing is to be cut from these messages."""
    return [Cleaned(text=message.body) for message in messages]


def a_reading(intents: Mapping[str, float], *others: str, text: str = "Was ist zu tun?", **more: Any) -> Reading:
    """A reading in scope with a main request of these intents, and a request more for each of `others`."""
    scored = tuple(Scored(label=label, probability=chance) for label, chance in intents.items())
    asked = [Request(text=f"Und {one}?", intents=(Scored(label=one, probability=0.9),)) for one in others]
    known: dict[str, Any] = {
        "lang": "de",
        "lang_probability": 0.99,
        "requests": (Request(text=text, intents=scored), *asked),
        "urgency": Urgency.NORMAL,
        "urgency_probability": 0.9,
        "urgency_because": "Nothing in it is pressing.",
        "scope": 0.9,
        "in_scope": True,
    }
    return Reading(**(known | more))


def _choice(cases: list[PastCase], grams: Grams) -> TemplateChoice:
    """As training makes it."""
    examples = []
    for case in cases:
        ask = Ask(intent=case.intent, lang=case.lang, votes={})
        key = (case.intent, case.lang, next(iter(case.templates), FREE))
        examples.append(Example(text=case.question, key=key, ask=ask, blind=((case.question, ask),)))
    own = {(one.intent, one.lang, one.id): one.text for one in (_template(name, cases) for name in TEMPLATES)}
    return TemplateChoice.fit(examples, folds([case.id for case in cases]), own, grams)[0]


def _cases() -> list[PastCase]:
    asked = [(*key, line.strip()) for key, lines in ASKED.items() for line in lines.splitlines() if line.strip()]
    return [_case(number, *one) for number, one in enumerate(asked)]


def _case(number: int, intent: str, lang: str, asked: str) -> PastCase:
    made_of = _made_of(intent, lang, asked)
    answer = "\n".join(TEMPLATES[one] for one in made_of)
    return PastCase(
        id=f"c{number:03}",
        intent=intent,
        lang=lang,
        question=asked,
        answer=answer or f"Das sehen wir uns an und melden uns ({intent}, {lang}), Vorgang {{number}}.",
        agent=("anna", "bela", "cleo")[number % 3],
        ending="resolved",
        templates=made_of,
    )


def _made_of(intent: str, lang: str, asked: str) -> tuple[str, ...]:
    if (intent, lang) == ("meter_reading", "de"):
        return ("t-how",) if "melde" in asked else ("t-noted",)
    return {("internet_slow", "de"): ("t-slow",), ("meter_reading", "en"): ("t-noted-en",)}.get((intent, lang), ())


def _template(name: str, cases: list[PastCase]) -> Template:
    sent = [case for case in cases if name in case.templates]
    return Template(
        id=name,
        intent=sent[0].intent,
        lang=sent[0].lang,
        text=TEMPLATES[name],
        slots=tuple(slot for slot in ("reading", "meter_no") if f"{{{slot}}}" in TEMPLATES[name]),
        cases=tuple(case.id for case in sent),
        customers=23,
        agents=4,
    )
