"""Gate 5: nothing leaves that is not the template's, the customer's own, or the house's."""

from dataclasses import replace

import pytest

from salver.data.decision import AutoAnswer, Evidence, Reason, Route
from salver.data.message import Address, Message
from salver.models.entities import CompanyEntities
from salver.models.personal import PersonalIndex
from salver.pipeline.compose import house
from salver.pipeline.release import Sources, release, said_by, unexplained
from tests.pipeline.small_bundle import COMPANY

FINDER = CompanyEntities(COMPANY)
TEMPLATE = "Ihren Zählerstand {reading} haben wir gesehen.\nSie müssen nichts weiter tun."
BODY = "Ihren Zählerstand 34112 haben wir gesehen.\nSie müssen nichts weiter tun."
MESSAGE = Message(
    key="m",
    subject="Zählerstand",
    body="Mein Stand ist 34112.\nHenning Rathje",
    sender=Address(name="Henning Rathje", email="henning@post.example"),
)
JOY = (
    "joy mwangi", "~mwangi", "joy.mwangi@klinikum.example", "855506005", "4951127", "19 finkenschlag",
    "amount 312.45 EUR", "date 1973-04-12",
)  # fmt: skip
KNOWN = PersonalIndex.build({"c0001": (JOY, ())})


def sent(body: str, *, message: Message = MESSAGE, templates: tuple[str, ...] = (TEMPLATE,)) -> AutoAnswer | Route:
    greeting, closing, name, below = house("de", COMPANY)
    answer = f"{greeting} {message.sender.name if message.sender else ''},\n\n{body}\n\n{closing}\n{name}\n\n{below}"
    decision = AutoAnswer(
        reason=Reason.RECURRING, because="It recurs.", evidence=Evidence(bundle="b"), answer=answer, template="t1"
    )
    sources = Sources(templates=templates, said=said_by(message), house=house("de", COMPANY))
    return release(decision, sources, KNOWN, FINDER)


def test_an_answer_of_template_message_and_house_leaves_as_it_is() -> None:
    assert isinstance(sent(BODY), AutoAnswer)


def test_a_word_from_nowhere_stops_it() -> None:
    stopped = sent(BODY + " Gruß an Erika.")
    assert isinstance(stopped, Route)
    assert stopped.reason is Reason.MAY_LEAK
    assert "3 words" in stopped.because
    assert "Erika" not in stopped.because


def test_a_value_that_the_message_does_not_hold_stops_it() -> None:
    assert isinstance(sent(BODY.replace("34112", "34113")), Route)


def test_an_open_slot_stops_it_even_where_the_message_has_its_word() -> None:
    english = Message(key="m", body="my reading is 34112", sender=MESSAGE.sender)
    assert isinstance(sent(TEMPLATE, message=english), Route)


def test_a_changed_word_of_the_template_stops_it() -> None:
    assert isinstance(sent(BODY.replace("nichts weiter", "etwas")), Route)


def test_a_lost_line_stops_it() -> None:
    assert isinstance(sent(BODY.split("\n")[0]), Route)


def test_several_templates_may_be_in_one_answer() -> None:
    other = "Den Antrag finden Sie im Portal."
    assert isinstance(sent(f"{BODY}\n\n{other}", templates=(other, TEMPLATE)), AutoAnswer)
    assert isinstance(sent(f"{BODY}\n\n{other}"), Route)


@pytest.mark.parametrize(
    "words",
    [
        "Grüße auch an Joy Mwangi.",
        "Grüße auch an MWANGI, Joy.",
        "Grüße auch an Jo\u200by Mwan\u00adgi.",
        "Das hat Frau Mwangi so gewollt.",
        "Schreiben Sie an Joy.Mwangi@klinikum.example.",
        "Rufen Sie unter +49 178 5550 6005 an.",
        "Rufen Sie unter 0178/55506005 an.",
        "Ihre Nummer ist 495 11 27.",
        "Bringen Sie es in den Finkenschlag 19.",
        "Es kostet 312,45 €.",
        "Geboren am 12.04.1973.",
        "Geboren am 12. April 1973.",
    ],
)
def test_what_leads_to_another_customer_stops_it_though_a_template_says_it(words: str) -> None:
    stopped = sent(words, templates=(words,))
    assert isinstance(stopped, Route)
    assert stopped.reason is Reason.MAY_LEAK
    assert stopped.evidence.cases == ("c0001",)
    assert "wangi" not in stopped.because


@pytest.mark.parametrize(
    "more", ["<p>Gruß an Erika</p>", '<img alt="Joy Mwangi">', '<a href="mailto:joy.mwangi@klinikum.example">.</a>']
)
def test_what_only_the_html_says_stops_it(more: str) -> None:
    plain = sent(BODY)
    assert isinstance(plain, AutoAnswer)
    sources = Sources(templates=[TEMPLATE], said=said_by(MESSAGE), house=house("de", COMPANY))
    html = "".join(f"<p>{part}</p>" for part in plain.answer.split("\n\n"))
    assert isinstance(release(replace(plain, answer_html=html), sources, KNOWN, FINDER), AutoAnswer)
    assert isinstance(release(replace(plain, answer_html=html + more), sources, KNOWN, FINDER), Route)


def test_what_the_customer_wrote_may_be_said_again() -> None:
    about = Message(key="m", body="Meine Nachbarin Joy Mwangi hat mir von Ihnen erzählt.", sender=MESSAGE.sender)
    words = "Grüße auch an {name}."
    assert isinstance(sent(words.replace("{name}", "Joy Mwangi"), message=about, templates=(words,)), AutoAnswer)
    assert isinstance(sent(words.replace("{name}", "Joy Mwangi"), templates=(words,)), Route)


def test_a_common_word_of_a_name_alone_stops_nothing() -> None:
    words = "Mit Joy und Freude geht es auch."
    assert isinstance(sent(words, templates=(words,)), AutoAnswer)


def test_a_record_looked_up_may_be_said() -> None:
    said = said_by(MESSAGE, {"meter_no": "1EMT0049511273"})
    assert unexplained("Zähler 1EMT0049511273", Sources(templates=["Zähler {meter_no}"], said=said, house=())) == []


def test_nothing_of_a_sender_is_needed() -> None:
    assert isinstance(sent(BODY, message=Message(key="m", body="Stand 34112")), AutoAnswer)
