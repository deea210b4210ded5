"""Automatic answers are told by what they say, and people who are away, ask, or speak of a machine are not."""

import pytest

from salver.data.company import Company
from salver.data.message import RawMessage
from salver.data.reading import Screening
from salver.pipeline.read import read
from salver.pipeline.screen import screen

COMPANY = Company(own=("@lindwerke.example",))


def of(subject: str, body: str = "Hallo") -> Screening:
    content = f"From: Kai Ott <kai@ott.example>\nTo: service@lindwerke.example\nSubject: {subject}\n\n{body}"
    return screen(read([RawMessage(content=content.encode(), source="test")], COMPANY), COMPANY)[0]


@pytest.mark.parametrize(
    "subject",
    [
        "AUTO: Kai Ott is out of the office (returning 12.03.)", "AUTO: Kai Ott ist außer Haus (Rückkehr am 12.03.)",
        "Kai Ott is out of the office.", "Kai Ott ist nicht im Büro", "I am out of the office", "Auto: Re: Frage",
        "Automatische Empfangsbestätigung: x", "Abwesenheitsbenachrichtigung: x", "Urlaubsabwesenheit: x",
        "[Auto-Reply] Ihre Mail", "(Automatic reply) x", "【自動返信】x",
        "Automatic response: x", "Automated reply: x", "Auto Response: x", "Auto-Responder: x", "[Auto-Reply] x: y",
        "{Spam?} Automatic reply: x", "OOO: x", "Out of Office Notification: x", "Away from my mail",
        "Vacation reply: x", "Réponse automatique: x", "Absent du bureau : x", "Message d'absence : x",
        "Respuesta automática: x", "Fuera de la oficina: x", "Risposta automatica: x", "Fuori sede: x",
        "Automatisch antwoord: x", "Afwezigheidsbericht: x", "Afwezig: x", "Resposta automática: x", "Autosvar: x",
        "Automatisk svar: x", "Automaattinen vastaus: x", "Odpowiedź automatyczna: x", "Automatická odpověď: x",
        "Automatikus válasz: x", "Otomatik Yanıt: x", "Автоматический ответ: x", "自動応答: x", "自动答复: x",
    ],
)  # fmt: skip
def test_an_automatic_subject_is_told_in_many_languages(subject: str) -> None:
    found = of(subject)
    assert (found.verdict, found.reason) == ("machine", "auto_subject")


@pytest.mark.parametrize(
    "subject",
    [
        "Automatische Abbuchung", "Automatische Antwort erhalten, aber keine Hilfe", "Auto: Ladekarte verloren",
        "Urlaub: Zählerstand später", "Abwesenheit im Juli", "Afwezig op dinsdag", "Absence de courant",
        "Vacation home: meter reading", "Out of office hours support", "Response to your letter", "Reply: my reading",
        "Re: Out of Office: x", "Fwd: Automatic reply: x", "AW: Abwesenheitsnotiz: x", "Ich bin im Urlaub: Termin?",
        "Autostrom: Tarif", "Automatic payment failed", "Automatic payment: wrong amount", "Read my meter",
        "Gelesen habe ich es, aber", "Lu et approuvé", "Not read yet", "Deleted by accident",
    ],
)  # fmt: skip
def test_a_subject_that_only_sounds_automatic_is_a_persons(subject: str) -> None:
    assert of(subject).reason == "human"


AUTOMATIC = {
    "away_de": "Vielen Dank für Ihre Nachricht. Ich bin bis zum 12.03. nicht im Büro.\n"
    "In dringenden Fällen wenden Sie sich bitte an Frau Lind.",
    "away_en": "Thank you for your message. I am out of the office until Monday with limited access to email.\n"
    "For urgent matters please call my colleague.",
    "away_fr": "Bonjour,\nje suis absente jusqu'au 12 mars. En cas d'urgence, appelez le standard.",
    "away_es": "Hola,\nestoy de vacaciones hasta el lunes. En caso de urgencia escriba a mi compañera.",
    "away_it": "Buongiorno,\nsono assente fino al 12 marzo. Risponderò al mio rientro.",
    "away_nl": "Beste,\nik ben afwezig tot maandag. In dringende gevallen kunt u bellen.",
    "machine_de": "Dies ist eine automatisch generierte Nachricht, bitte nicht antworten.\nIhr Paket ist da.",
    "machine_de_2": "Diese E-Mail wurde automatisch erstellt.\nIhr Gerät meldet einen Fehler.",
    "machine_en": "This is an automated message.\nYour backup has finished.",
    "no_answer_en": "Please do not reply to this email.\nYour parcel is on its way.",
    "no_answer_fr": "Ceci est un message automatique, merci de ne pas répondre à ce message.\nVotre colis arrive.",
    "received_de": "Ihre Anfrage ist bei uns eingegangen und hat die Nummer 4711.\n"
    "Wir werden uns schnellstmöglich bei Ihnen melden.",
    "received_en": "We have received your request.\nA member of our team will get back to you within 2 business days.",
    "received_nl": "Wij hebben uw bericht ontvangen.\nU krijgt zo snel mogelijk antwoord.",
    "challenge": "To complete the delivery of your message, click the link below.",
    "challenge_list": "Your address is not yet on my approved senders list.",
    "challenge_de": "Um Ihre Nachricht zuzustellen, klicken Sie bitte auf den folgenden Link.",
}


@pytest.mark.parametrize("text", AUTOMATIC.values(), ids=AUTOMATIC)
def test_an_automatic_answer_without_any_header_is_told_by_its_words(text: str) -> None:
    assert of("Re: Ihre Rechnung", text).reason == "auto_text"


PERSONS = {
    "away_and_asks": "Ich bin bis zum 12.03. nicht erreichbar, kann der Techniker danach kommen?",
    "away": "Bitte erst ab Montag anrufen, vorher bin ich im Urlaub.",
    "speaks_of_it": "ich habe nur eine automatisch erstellte E-Mail bekommen. Wann hilft mir jemand?",
    "received": "Ich habe Ihre Nachricht erhalten und möchte kündigen.",
    "pasted_below": "Was soll das heißen?\n\nGrüße\nKai Ott\n\n> Dies ist eine automatisch generierte Nachricht.",
    "quoted": "Das stimmt nicht.\n\nAm 3.3.2026 um 9:00 schrieb Lindwerke <x@lindwerke.example>:\n"
    "> Diese E-Mail wurde automatisch erstellt.\n> Bitte antworten Sie nicht auf diese E-Mail.",
    "not_on_the_list": "My name is not on the list of customers, why?",
    "soon": "Please answer as soon as possible, I am at home within two days only.",
    "urgent": "In dringenden Fällen erreicht man bei Ihnen niemanden. Warum?",
}


@pytest.mark.parametrize("text", PERSONS.values(), ids=PERSONS)
def test_a_person_who_is_away_or_speaks_of_a_machine_is_a_person(text: str) -> None:
    assert of("Re: Ihre Rechnung", text).verdict == "human"


@pytest.mark.parametrize(
    "text",
    [
        "Ich verstehe das nicht:\n\nGuten Tag,\nIhr Vertrag endet.\n\nBitte antworten Sie nicht auf diese E-Mail.",
        "Ich bin bis Montag im Urlaub, in dringenden Fällen erreichen Sie meine Frau unter 05399 1804. Passt das?",
    ],
)
def test_where_one_cannot_be_sure_a_person_answers(text: str) -> None:
    found = of("Re: Ihre Rechnung", text)
    assert (found.verdict, found.reason, found.answerable) == ("human", "perhaps_automatic", False)


def test_what_a_customer_passes_on_is_the_customers() -> None:
    assert of("WG: Ihr Paket", AUTOMATIC["no_answer_en"]).verdict == "human"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Gelesen: Ihre Rechnung", "Ihre Nachricht\n\nAn: Kai\nBetreff: Ihre Rechnung\n\nwurde am 3.3. gelesen."),
        ("Read: your bill", "Your message\n\nTo: Kai\nSubject: your bill\n\nwas read on Monday"),
        ("Ungelesen gelöscht: Ihre Rechnung", "Ihre Nachricht an Kai Ott wurde ohne gelesen zu werden gelöscht"),
        ("Return Receipt (displayed) - your bill", "This is a Return Receipt for the mail that you sent."),
        ("Lu : votre facture", "Votre message à Kai a été lu le lundi"),
        ("Letto: fattura", "Il messaggio inviato a Kai è stato letto"),
        ("Gelezen: factuur", "Uw bericht aan Kai is gelezen op maandag"),
        ("Leído: factura", "El mensaje enviado a Kai fue leído el lunes"),
    ],
)
def test_a_read_receipt_in_words_is_a_report(subject: str, text: str) -> None:
    assert of(subject, text).reason == "report"
