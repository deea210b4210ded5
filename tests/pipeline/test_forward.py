"""Mails that a colleague passed on are from the one who wrote them."""

import pytest

from salver.data.company import Company
from salver.data.message import Address, Message, RawMessage
from salver.pipeline.read import read_one

COMPANY = Company(own=("service@lindwerke.example", "@lindwerke.example"))
UTE = Address(name="Ute", email="ute@lindwerke.example")


def mail(sender: str, subject: str, body: str) -> Message:
    content = f"From: {sender}\nSubject: {subject}\n\n{body}".encode()
    return read_one(RawMessage(content=content, source="test"), COMPANY)


@pytest.mark.parametrize(
    ("subject", "body", "writer"),
    [
        ("WG: x", "Von: Kai Ott <kai@ott.example>\nGesendet: gestern\nAn: wir\nBetreff: x\n\nHallo", "kai@ott.example"),
        ("FW: x", "\nFrom: Kai Ott <kai@ott.example>\nSent: Monday\nTo: us\nSubject: x\n\nHi", "kai@ott.example"),
        ("x", "> Begin forwarded message:\n>\n> From: Kai <kai@ott.example>\n> Date: x\n>\n> Hi", "kai@ott.example"),
        ("Re: x", "---- Weitergeleitete Nachricht ----\nBetreff: \tx\nVon: \tKai <kai@ott.example>", "kai@ott.example"),
        ("Fwd: x", "*Von:* Kai Ott <kai@ott.example>\n*Gesendet:* x\n*An:* wir\n\nHallo", "kai@ott.example"),
        ("[EXT] WG: x", "Von: Kai Ott [mailto:kai@ott.example]\nGesendet: x\n\nHallo", "kai@ott.example"),
        ("WG: x", "Von: Kai <kai@ott.example<mailto:kai@ott.example>>\nGesendet: x\n\nHallo", "kai@ott.example"),
        ("TR: x", "De : Kai Ott <kai@ott.example>\nEnvoyé : lundi\nÀ : nous\nObjet : x\n\nBonjour", "kai@ott.example"),
        ("RV: x", "De: Kai Ott <kai@ott.example>\nEnviado el: lunes\nPara: x\nAsunto: x\n\nHola", "kai@ott.example"),
        ("I: x", "Da: Kai Ott <kai@ott.example>\nInviato: lunedì\nA: noi\nOggetto: x\n\nCiao", "kai@ott.example"),
        ("Doorst: x", "Van: Kai <kai@ott.example>\nVerzonden: x\nAan: ons\nOnderwerp: x\n\nDag", "kai@ott.example"),
        ("Re: x", "---- Message transféré ----\nDe : Kai <kai@ott.example>\nDate : x\n\nBonjour", "kai@ott.example"),
        (
            "AW: WG: x",
            "-------- Weitergeleitete Nachricht --------\nBetreff: x\nVon: Kai <kai@ott.example>",
            "kai@ott.example",
        ),
        ("WG: x", "Von: Kai Ott\nGesendet: x\nBetreff: x\n\nHallo", "Kai Ott"),
    ],
)
def test_the_writer_is_read_from_the_lines_above_the_original(subject: str, body: str, writer: str) -> None:
    message = mail("Ute <ute@lindwerke.example>", subject, body)
    assert message.sender is not None
    assert writer in (message.sender.email, message.sender.name)
    assert message.forwarded_by == UTE


def test_the_first_stranger_wrote_what_went_through_several_colleagues() -> None:
    colleague = "Von: Empfang\nGesendet: x\nBetreff: WG: x\n\n"
    body = colleague + "Von: Kai Ott <kai@ott.example>\nGesendet: x\nAn: Empfang\nBetreff: x\n\nHallo"
    assert mail("ute@lindwerke.example", "WG: WG: x", body).sender == Address(name="Kai Ott", email="kai@ott.example")


def test_an_original_that_was_quoted_as_a_whole_is_quoted_no_longer() -> None:
    body = "Eurer?\n\n> Von: Kai <kai@ott.example>\n> Datum: x\n>\n> Hallo\n> > alt"
    message = mail("ute@lindwerke.example", "Fwd: x", body)
    assert message.body == "Eurer?\n\nVon: Kai <kai@ott.example>\nDatum: x\n\nHallo\n> alt"


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("AW: x", "Hallo Kai\n\nVon: Kai Ott <kai@ott.example>\nGesendet: x\nBetreff: x"),
        ("WG: x", "Von: Ute <ute@lindwerke.example>\nGesendet: x\n\nMittag?"),
        ("Notiz", "Von: mir aus gern"),
        ("Notiz", "An: alle\nVon: 8 Uhr"),
    ],
)
def test_what_a_colleague_writes_or_answers_is_the_colleagues(subject: str, body: str) -> None:
    message = mail("Ute <ute@lindwerke.example>", subject, body)
    assert message.sender == UTE
    assert message.forwarded_by is None


def test_what_a_customer_passes_on_is_the_customers() -> None:
    body = "Von: Lindwerke <service@lindwerke.example>\nGesendet: x\nBetreff: x\n\nMahnung"
    message = mail("kai@ott.example", "WG: x", body)
    assert message.sender == Address(name="", email="kai@ott.example")
    assert message.forwarded_by is None
