from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest

from salver.data.answer import Suggestion
from salver.data.approval import EVERY_TEXT
from salver.data.decision import AutoAnswer, Drafted, Leave, Reason, Route
from salver.data.mailbox import Mailbox, Server
from salver.data.message import RawMessage
from salver.data.reading import Scored
from salver.pipeline.run import Pipeline
from salver.serve.mail.outgoing import outgoing
from tests.pipeline.small_bundle import COMPANY, NOON, small_bundle
from tests.serve.office import mail

SECRET = b"s" * 32
BOX = Mailbox(name="service", address="service@elmtalwerke.example", imap=Server(host="h", port=993), send=("*",))
METER = "Wie kann ich Ihnen meinen Zählerstand melden? Wo trage ich den Stand ein?"


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    found = Pipeline(small_bundle(), clock=lambda: NOON, audit_share=0)
    found.approvals = EVERY_TEXT
    return found


def trays(pipeline, *mails: str, box: Mailbox = BOX):
    raws = [RawMessage(content=one.encode(), source="t", position=at) for at, one in enumerate(mails)]
    return pipeline.assign(pipeline.prepare(raws), box)


def sent(pipeline, *mails: str, box: Mailbox = BOX):
    return outgoing(trays(pipeline, *mails, box=box), box, COMPANY, SECRET, NOON)


def parsed(one):
    return message_from_bytes(one.content, policy=default)


def test_an_answer_goes_to_who_asked_and_to_nobody_else(pipeline):
    (tray,) = trays(pipeline, mail(1, METER))
    assert isinstance(tray.decision, AutoAnswer)
    (one,) = outgoing([tray], BOX, COMPANY, SECRET, NOON)
    assert (one.kind, one.message, one.mailbox, one.state) == ("answer", tray.message.key, "service", "ready")
    assert (one.thread, one.recipient) == ("<1@posthorn.example>", "kunde1@posthorn.example")
    assert one.intents == ("meter_reading",)
    assert one.rests_on == tray.decision.rests_on
    assert one.id == parsed(one)["Message-ID"]
    text, html = parsed(one).iter_parts()
    assert text.get_content().replace("\r\n", "\n").strip() == tray.decision.answer
    assert html.get_content().replace("\r\n", "\n").strip() == tray.decision.answer_html.strip()


def test_nothing_is_sent_until_sending_is_switched_on(pipeline):
    off = replace(BOX, send=())
    (tray,) = trays(pipeline, mail(1, METER), box=off)
    assert isinstance(tray.decision, Route)
    assert tray.decision.reason is Reason.SENDING_OFF
    assert "service does not send answers to meter_reading" in tray.decision.because
    assert tray.decision.assignment is not None
    (one,) = outgoing([tray], off, COMPANY, SECRET, NOON)
    assert one.kind == "draft"
    assert [one.kind for one in sent(pipeline, mail(1, METER), box=replace(BOX, send=("meter_reading",)))] == ["answer"]
    assert [one.kind for one in sent(pipeline, mail(1, METER), box=replace(BOX, send=("wallbox",)))] == ["draft"]


def test_an_answer_that_slipped_by_is_a_draft_all_the_same(pipeline):
    decided = trays(pipeline, mail(1, METER))
    assert [one.kind for one in outgoing(decided, replace(BOX, send=()), COMPANY, SECRET, NOON)] == ["draft"]


def test_a_draft_is_a_letter_without_the_line_of_the_machine(pipeline):
    (one,) = sent(pipeline, mail(1, METER), box=replace(BOX, send=()))
    drafted = parsed(one)
    text = next(drafted.iter_parts()).get_content().replace("\r\n", "\n")
    assert text.startswith("Guten Tag,\n\nIhren Zählerstand können Sie im Portal")
    assert text.rstrip().endswith("Mit freundlichen Grüßen\nElmtalwerke GmbH")
    assert "Programm" not in text
    assert drafted["To"] == "kunde1@posthorn.example"
    assert drafted["Auto-Submitted"] is None
    assert drafted["Message-ID"] != parsed(sent(pipeline, mail(1, METER))[0])["Message-ID"]


def test_what_a_draft_does_not_know_catches_the_eye(pipeline):
    (tray,) = trays(pipeline, mail(1, "Mein Internet ist seit Tagen sehr langsam, Seiten laden ewig"))
    holes = Suggestion(
        kind="template",
        text="Danke für {reading}.",
        score=0.5,
        because="",
        cases=(),
        intent="x",
        lang="de",
        holes=("reading",),
    )
    route = Route(reason=Reason.NOT_SURE, because="", evidence=tray.decision.evidence)
    asked = (tray.reading.main, replace(tray.reading.main, text="Und was ist mit\nder Wallbox?", place=1))
    two = replace(tray, decision=route, suggestions=(holes,), reading=replace(tray.reading, requests=asked))
    (one,) = outgoing([two], BOX, COMPANY, SECRET, NOON)
    text = next(parsed(one).iter_parts()).get_content()
    assert "Danke für [[reading]]." in text
    assert "[[Und was ist mit der Wallbox?]]" in text
    assert outgoing([replace(two, suggestions=())], BOX, COMPANY, SECRET, NOON) == []


def test_of_several_requests_the_covered_ones_are_written_and_the_open_ones_stand_in_their_order(pipeline):
    (tray,) = trays(pipeline, mail(1, METER))
    drafts = (
        Drafted(intent="meter_reading", text="Den Stand melden Sie im Portal.", template="t-how"),
        Drafted(intent="wallbox", open="it has no text"),
    )
    route = Route(reason=Reason.SEVERAL_REQUESTS, because="", evidence=tray.decision.evidence, drafts=drafts)
    asked = (replace(tray.reading.main, place=1), replace(tray.reading.main, text="Zuerst die Wallbox?", place=0))
    two = replace(tray, decision=route, suggestions=(), reading=replace(tray.reading, requests=asked))
    (one,) = outgoing([two], BOX, COMPANY, SECRET, NOON)
    text = next(parsed(one).iter_parts()).get_content().replace("\r\n", "\n")
    assert "[[Zuerst die Wallbox?]]\n\nDen Stand melden Sie im Portal.\n\nMit freundlichen" in text


@pytest.mark.parametrize(("chance", "before"), [(0.4, "[[perhaps]] "), (0.6, "")])
def test_a_text_for_what_is_hardly_asked_for_has_a_perhaps_before_it(pipeline, chance, before):
    (tray,) = trays(pipeline, mail(1, METER))
    drafts = (
        Drafted(intent="meter_reading", text="Den Stand melden Sie im Portal.", template="t-how"),
        Drafted(intent="wallbox", text="Die Wallbox melden Sie an.", template="t-box"),
    )
    route = Route(reason=Reason.NOT_SURE, because="", evidence=tray.decision.evidence, drafts=drafts)
    main = replace(tray.reading.main, intents=(Scored(label="meter_reading", probability=0.3),))
    asked = (main, replace(main, intents=(Scored(label="wallbox", probability=chance),), place=1))
    two = replace(tray, decision=route, suggestions=(), reading=replace(tray.reading, requests=asked))
    (one,) = outgoing([two], BOX, COMPANY, SECRET, NOON)
    text = next(parsed(one).iter_parts()).get_content().replace("\r\n", "\n")
    assert f"Den Stand melden Sie im Portal.\n\n{before}Die Wallbox melden Sie an." in text


@pytest.mark.parametrize(
    ("sender", "recipient"),
    [("Ada <ada>", ""), ('"a b"@posthorn.example', ""), ("Ada <ada@posthorn.example>", "ada@posthorn.example")],
)
def test_without_an_address_nothing_is_sent_and_the_draft_says_so(pipeline, sender, recipient):
    written = mail(1, METER).replace("Kunde 1 <kunde1@posthorn.example>", sender)
    (tray,) = trays(pipeline, written)
    (one,) = outgoing([tray], BOX, COMPANY, SECRET, NOON)
    assert one.recipient == recipient
    assert one.kind == ("answer" if recipient else "draft")
    if not recipient:
        assert tray.decision.reason is Reason.NO_ADDRESS


def test_a_mailbox_whose_domain_is_not_ascii_writes_as_mail_servers_want_it(pipeline):
    (one,) = sent(pipeline, mail(1, METER), box=replace(BOX, address="service@müller.example"))
    assert one.content.isascii()
    assert parsed(one)["From"] == "Elmtalwerke GmbH <service@xn--mller-kva.example>"
    assert parsed(one)["X-Loop"] == "service@xn--mller-kva.example"
    assert one.id.endswith("@xn--mller-kva.example>")


def test_a_machine_gets_neither_answer_nor_draft(pipeline):
    (tray,) = trays(pipeline, "Auto-Submitted: auto-replied\n" + mail(1, METER))
    assert isinstance(tray.decision, Leave)
    assert outgoing([tray], BOX, COMPANY, SECRET, NOON) == []


def test_the_customer_of_a_web_form_is_answered(pipeline):
    form = mail(1, METER).replace(
        "From: Kunde 1 <kunde1@posthorn.example>", "From: web@elmtalwerke.example\nReply-To: Ada <ada@posthorn.example>"
    )
    (one,) = sent(pipeline, form)
    assert (one.kind, one.recipient) == ("answer", "ada@posthorn.example")
