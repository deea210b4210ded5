"""Bounces in a form of their own are recognised, people who speak of one are not; what bounced is found."""

import pytest

from salver.data.company import Company
from salver.data.message import RawMessage
from salver.data.reading import Screening
from salver.pipeline.read import read
from salver.pipeline.screen import screen

COMPANY = Company(own=("@lindwerke.example",))
TO = "To: service@lindwerke.example\n"


def screening(content: str) -> Screening:
    return screen(read([RawMessage(content=content.encode(), source="test")], COMPANY), COMPANY)[0]


def of(sender: str, subject: str, body: str) -> Screening:
    return screening(f"From: {sender}\n{TO}Subject: {subject}\n\n{body}")


BOUNCES = [
    ("MAILER-DAEMON@mx.example", "failure notice", "I'm afraid I couldn't reach the address below."),
    ("Mail Delivery System <robot@mx.example>", "Re: Ihre Rechnung", "The recipient's mailbox is full."),
    ("Mail Delivery Subsystem <x@mx.example>", "Returned mail: see transcript for details", "Nothing more."),
    ("System Administrator <admin@mx.example>", "Undeliverable: Ihre Rechnung", "Your message did not reach Kai."),
    ("Systemadministrator <admin@mx.example>", "Unzustellbar: Ihre Rechnung", "Empfänger nicht gefunden"),
    ("it@mx.example", "Mail failure", "The user weg@tal.example does not exist on this server."),
    ("it@mx.example", "DELIVERY FAILURE: User kai not listed", "Failure reasons: no such user"),
    ("it@mx.example", "Message delivery has failed", "550 5.1.1 unknown"),
    ("it@mx.example", "Warning: could not send message for past 4 hours", "It will be retried for three days."),
    ("it@mx.example", "Warning: message 1abc delayed 24 hours", "The message has not yet been delivered to kai."),
    ("courier mail server at mx.example <c@mx.example>", "NOTICE: mail delivery status.", "no such address"),
    ("it@mx.example", "Sorry, your message could not be delivered", "They are not here; user unknown."),
    ("it@mx.example", "There was an error sending your mail", "Recipient address rejected"),
    ("it@mx.example", "Delivery Notification: Delivery has failed", "Reason: over quota"),
    ("it@mx.example", "Message you sent blocked by our bulk email filter", "Your message was not delivered."),
    ("it@mx.example", "Delivery report", "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 no"),
    ("post_master@mx.example", "Undeliverable Message", "To: 0151@mms.example"),
    ("it@mx.example", "Zustellung fehlgeschlagen", "Die Nachricht an kai@ott.example konnte nicht zugestellt werden."),
    ("it@mx.example", "Nicht zustellbar: Angebot", "Das Postfach des Empfängers ist voll; nicht zugestellt."),
    ("it@mx.example", "Zustellung verzögert", "Die Zustellung an diese Empfänger wurde verzögert."),
    ("it@mx.example", "Non remis : Votre facture", "Votre message n'a pas pu être remis au destinataire."),
    ("it@mx.example", "Échec de la remise", "Impossible de remettre le message à kai@ott.example"),
    ("it@mx.example", "No se puede entregar: Factura", "Su mensaje no se pudo entregar."),
    ("it@mx.example", "No entregado: Factura", "No se ha podido entregar el mensaje a estos destinatarios."),
    ("it@mx.example", "Non recapitabile: Fattura", "Impossibile recapitare il messaggio ai destinatari."),
    ("it@mx.example", "Onbestelbaar: Factuur", "Uw bericht kon niet worden bezorgd bij deze geadresseerden."),
    ("it@mx.example", "Não entregue: Fatura", "A mensagem não pôde ser entregue."),
    ("it@mx.example", "Niedostarczone: Faktura", "Wiadomość nie mogła zostać dostarczona."),
    ("it@mx.example", "Oleverbart: Faktura", "Ditt meddelande kunde inte levereras."),
    ("it@mx.example", "Недоставленное сообщение", "Сообщение не удалось доставить."),
    ("it@mx.example", "メールを配信できません", "次のユーザーに配信できません"),
    ("it@mx.example", "系统退信", "无法投递"),
]  # fmt: skip


@pytest.mark.parametrize(("sender", "subject", "body"), BOUNCES, ids=[one[1][:40] for one in BOUNCES])
def test_a_bounce_in_a_form_of_its_own_is_a_machines(sender: str, subject: str, body: str) -> None:
    assert of(sender, subject, body).verdict == "machine"


SPOKEN_OF = [
    ("Mail kommt zurück", "meine Mail an Sie kam zurück mit 550 5.1.1, Postfach voll. Was nun?"),
    ("Rechnung unzustellbar", "Ihr Brief war laut Post unzustellbar. Meine neue Anschrift ist Hauptstraße 3."),
    ("Delivery failed again", "the courier was here while I was at work. When will you try again?"),
    ("Returned mail", "I sent the router back last week. Did it arrive?"),
    ("Mail delivery status", "where is my new SIM card? The tracking page shows nothing."),
    ("Delivery problem", "the battery you sent is the wrong one, please send me another."),
    ("Warning: my bill", "something is wrong with it: 480 instead of 48 euros."),
    ("Rejected", "my payment was rejected and I do not know why."),
    ("Zustellung fehlgeschlagen", "das Paket konnte nicht zugestellt werden, meine Adresse hat sich geändert."),
    ("Delivery failed", "the parcel could not be delivered, my address is new. Please send it again."),
    ("Mail delivery failed", "my message to you was returned: 550 5.1.1 user unknown. What now?"),
    ("Nachricht nicht zugestellt", "meine E-Mail an Sie kam zurück, der Empfänger sei unbekannt."),
    ("Non remis", "le colis n'a pas pu être remis."),
    ("Undelivered parcel", "I never received the inverter you shipped on Monday."),
    ("Zustellung der Rechnung", "bitte künftig per Post."),
    ("Re: Undeliverable: Angebot", "Hallo, jetzt sollte es gehen, mein Postfach ist wieder leer."),
    ("Verzögerte Zustellung", "das Paket mit dem Zähler ist seit Tagen unterwegs. Wann kommt es?"),
]  # fmt: skip


@pytest.mark.parametrize(("subject", "body"), SPOKEN_OF, ids=[one[0] for one in SPOKEN_OF])
def test_who_speaks_of_what_did_not_arrive_is_a_person(subject: str, body: str) -> None:
    assert of("Kai Ott <kai@ott.example>", subject, body).verdict == "human"


REPORT = (
    "From: MAILER-DAEMON@mx.example\n" + TO + "Subject: Undelivered\nIn-Reply-To: <other@lindwerke.example>\n"
    "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
    "--b\n\nNo such user.\n--b\nContent-Type: message/delivery-status\n\nAction: failed\n\n"
)
HEAD = "From: service@lindwerke.example\nMessage-ID: <salver.0123456789abcdef@lindwerke.example>\nSubject: Antwort\n"
OURS = "<salver.0123456789abcdef@lindwerke.example>"


@pytest.mark.parametrize(
    ("kind", "enclosed"),
    [
        ("message/rfc822", f"{HEAD}\nHallo"),
        ("text/rfc822-headers", HEAD),
        ("message/rfc822-headers", f"{HEAD}\n"),
        ("message/global", f"{HEAD}\nHallo"),
        ("text/rfc822-headers; charset=utf-8", HEAD.replace("\n", "\r\n")),
    ],
)
def test_a_report_is_joined_to_the_mail_that_it_encloses(kind: str, enclosed: str) -> None:
    found = screening(f"{REPORT}--b\nContent-Type: {kind}\n\n{enclosed}\n--b--\n")
    assert (found.reason, found.about) == ("report", OURS)


def test_an_enclosed_mail_that_was_encoded_whole_is_found_too() -> None:
    encoded = "RnJvbTogc0BsaW5kd2Vya2UuZXhhbXBsZQpNZXNzYWdlLUlEOiA8YUBsaW5kd2Vya2UuZXhhbXBsZT4KCkhhbGxvCg=="
    part = f"--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{encoded}\n--b--\n"
    assert screening(REPORT + part).about == "<a@lindwerke.example>"


@pytest.mark.parametrize(
    ("copied", "about"),
    [
        (f"--- Below this line is a copy of the message.\n\n{HEAD}\nHallo", OURS),
        ("------ A copy of your message ------\n\nMessage-Id: <7@lindwerke.example>\nX: y", "<7@lindwerke.example>"),
        (f"The mail {OURS} was refused.", OURS),
        ("> Message-ID: <8@lindwerke.example>\n> Subject: x", "<8@lindwerke.example>"),
        ("Nothing is told.", "<sent@lindwerke.example>"),
    ],
)  # fmt: skip
def test_a_bounce_is_joined_to_the_mail_that_it_copies_or_answers(copied: str, about: str) -> None:
    text = f"In-Reply-To: <sent@lindwerke.example>\n\nThis is the qmail-send program.\n\n{copied}"
    assert screening(f"From: MAILER-DAEMON@mx.example\n{TO}Subject: failure notice\n{text}").about == about


def test_a_persons_mail_is_about_no_other() -> None:
    assert of("kai@ott.example", "Frage", f"Zu {OURS}: danke").about == ""


@pytest.mark.parametrize(
    ("subject", "words", "lost"),
    [
        ("Undelivered Mail Returned to Sender", "550 5.1.1 user unknown", True),
        ("failure notice", "I'm afraid I couldn't reach the address below.", True),
        ("Warning: message delayed 24 hours", "It will be retried for three days.", False),
        ("Zustellung verzögert", "Die Zustellung an diese Empfänger wurde verzögert.", False),
        ("Delayed mail", "Permanent failure after five days: giving up.", True),
        ("Gelesen: Ihre Rechnung", "Ihre Nachricht wurde am 3. November gelesen.", False),
    ],
)
def test_only_what_will_not_arrive_is_lost(subject: str, words: str, lost: bool) -> None:
    copied = "Message-ID: <salver.0123456789abcdef@lindwerke.example>"
    found = of("Mail Delivery System <mailer-daemon@mx.example>", subject, f"{words}\n\n{copied}")
    assert (found.verdict, found.lost) == ("machine", lost)
