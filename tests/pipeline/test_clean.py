import pytest
from hypothesis import given
from hypothesis import strategies as st

from salver.data.message import Address, Message
from salver.pipeline.clean import answer_body, clean, clean_text

ASKED = "mein Zählerstand ist 34112, bitte eintragen."

QUOTES = {
    "marked": "> Guten Tag Frau Koller,\n> bitte lesen Sie ab.",
    "am_schrieb": "Am 03.02.2026 um 09:12 schrieb Service <s@firma.example>:\n\n> bitte lesen Sie ab.",
    "am_schrieb_unmarked": "Am Mo., 2. Feb. 2026 um 10:00 Uhr schrieb Service <s@firma.example>:\n\nbitte",
    "schrieb_am": "Service <s@firma.example> schrieb am Fr., 28.\nApr. 2026 um 11:53 Uhr:\n\n> bitte lesen",
    "on_wrote": "On Mon, 2 Nov 2026 at 06:00, Service <s@firma.example>\nwrote:\n\n> please read your meter",
    "outlook_de": "Von: Service <s@firma.example>\nGesendet: Montag, 2. Februar 2026 10:00\nAn: Koller\nBetreff: Stand",
    "outlook_en": "From: Service\nSent: Monday, 2 February 2026 10:00\nTo: Koller\nSubject: reading\n\nplease read",
    "ruled": "________________________________\nVon: Service\nGesendet: Montag\nAn: Koller\nBetreff: Stand\n\nbitte",
    "original_de": "-----Ursprüngliche Nachricht-----\nVon: Service\nBetreff: Stand\n\nbitte lesen Sie ab",
    "original_en": "-------- Original Message --------\nplease read your meter",
    "david": "Original Message processed by david®\nRE: Stand\n2. Februar 2026, 10:00 Uhr\nVon Service\n\nbitte",
    "french": "De : Service\nEnvoyé :lundi 2 février 2026 10:00\nÀ : Koller\nObjet :Relevé\n\nbonjour",
    "spanish": "De: Service\nEnviado el: lunes, 2 de febrero\nPara: Koller\nAsunto: Lectura\n\nhola",
    "italian": "Da: Service\nInviato: lunedì 2 febbraio\nA: Koller\nOggetto: Lettura\n\nbuongiorno",
    "dutch": "Van: Service\nVerzonden: maandag 2 februari\nAan: Koller\nOnderwerp: Meterstand\n\ndag",
    "danish": "Fra: Service\nSendt: 2. februar 2026 10:00\nTil: Koller\nEmne: Aflæsning\n\nhej",
    "bold": "**Von:** Service\n**Gesendet:** Montag\n**An:** Koller\n**Betreff:** Stand\n\nbitte",
    "le_a_ecrit": "Le lun. 2 févr. 2026 à 10:00, Service <s@firma.example> a écrit :\n\n> bonjour",
    "in_data": 'In data 2 febbraio 2026 10:00:11 "Service" <s@firma.example> ha scritto:\n\nbuongiorno',
    "w_dniu": "W dniu 2026-02-02 10:00:39 użytkownik Service <s@firma.example> napisał:\n\ndzień dobry",
    "wrapped_address": "tir. 2. feb. 2026 kl. 10:00 skrev Service <s@firma.example\n>:\n\n> hej",
    "date_and_address": '02.02.2026, 10:00, "Service" <s@firma.example>:\n\nbitte',
    "without_colon": "On Mon, 2 Feb 2026 08:14:43 +0100 Service <s@firma.example> wrote\n\nplease",
    "origineel": "-----Oorspronkelijk bericht-----\nVan: Service\nOnderwerp: Meterstand\n\ndag",
}


@pytest.mark.parametrize("quote", QUOTES.values(), ids=QUOTES)
def test_what_was_written_earlier_is_cut_and_kept_beside(quote: str) -> None:
    cleaned = clean_text(f"Hallo,\n\n{ASKED}\n\n{quote}")
    assert cleaned.text == f"Hallo,\n\n{ASKED}"
    assert [cut.kind for cut in cleaned.removed] == ["quote"]
    assert cleaned.removed[0].text == quote


SIGNATURES = {
    "delimiter": "-- \nSabine Koller\nTel. 05399 1804",
    "formula_and_name": "Mit freundlichen Grüßen\nSabine Koller",
    "written_out": "Mit freundlichen Gruessen\n\nSabine Koller\nAm Anger 11\n38905 Wiesenrode",
    "best_regards": "Best regards,\nTom Okafor\nSenior Engineer | Softwarepark",
    "short": "lg sabine",
    "thanks_and_regards": "Thanks & regards,\nKavitha",
    "under_a_firm": "Bäckerei Bartels\nInh. Ingo Bartels, Hauptstraße 12, 38904 Steinau\nBrot backt man von Hand.",
    "name_alone": "Wolfgang Stüwe",
    "phone": "Von meinem iPhone gesendet",
    "phone_en": "Sent from my Galaxy",
    "outlook": "Get Outlook for Android",
    "phone_de": "Von meinem Samsung Galaxy Smartphone gesendet.",
    "program_de": "Gesendet mit der WEB Mail App",
    "outlook_de": "Gesendet von Outlook für iOS",
    "phone_fr": "Envoyé à partir de mon iPhone",
    "phone_nl": "Verstuurd vanaf mijn iPhone",
    "phone_it": "Inviato dal mio iPhone",
    "phone_es": "Enviado desde mi iPhone",
    "french": "Cordialement,\nAnne Roux",
    "dutch": "Met vriendelijke groet,\nJan de Wit",
    "danish": "Med venlig hilsen\nAnders Holm",
    "footer_of_a_list": "________________________________\nElmtal-Mieter mailing list\nhttp://listen.example/mieter",
}


@pytest.mark.parametrize("signature", SIGNATURES.values(), ids=SIGNATURES)
def test_who_signed_is_cut_and_kept_beside(signature: str) -> None:
    cleaned = clean_text(f"{ASKED}\n\n{signature}")
    assert cleaned.text == ASKED
    assert [(cut.kind, cut.text) for cut in cleaned.removed] == [("signature", signature.strip())]


FOOTERS = {
    "vertraulich": "Diese E-Mail enthält vertrauliche Informationen. Sind Sie nicht gemeint, vernichten Sie sie.",
    "environment": "Please consider the environment before printing this email.",
    "umwelt": "Bitte prüfen Sie der Umwelt zuliebe, ob diese Mail ausgedruckt werden muss.",
    "confidential": "This e-mail and any attachments are confidential and intended solely for the addressee.",
}


@pytest.mark.parametrize("footer", FOOTERS.values(), ids=FOOTERS)
def test_what_lawyers_added_is_cut(footer: str) -> None:
    cleaned = clean_text(f"{ASKED}\n\n{footer}")
    assert cleaned.text == ASKED
    assert [cut.kind for cut in cleaned.removed] == ["footer"]


def test_a_whole_office_mail_loses_everything_but_the_request() -> None:
    mail = (
        f"Sehr geehrte Damen und Herren,\n\n{ASKED}\n\nMit kollegialen Grüßen\nDr. Ulrich Pfeiffer\n\n"
        "Zahnarztpraxis Dr. Pfeiffer & Partner\nAm Wehr 30, 38901 Elmtal\nTelefon 05399 2040 | www.praxis.example\n"
        "Diese E-Mail kann vertrauliche Informationen enthalten.\n\n"
        "Von: Service\nGesendet: Montag\nAn: Praxis\nBetreff: Stand\n\nbitte"
    )
    cleaned = clean_text(mail)
    assert cleaned.text == f"Sehr geehrte Damen und Herren,\n\n{ASKED}"
    assert {cut.kind for cut in cleaned.removed} == {"quote", "signature", "footer"}


@pytest.mark.parametrize(
    "banner",
    [
        "CAUTION: This email originated from outside of the organization. Do not click links.",
        "[EXTERNAL] This message was sent from an external sender.",
        "ACHTUNG: Diese E-Mail stammt von einem externen Absender.",
        "Vorsicht! Diese Nachricht kommt von außerhalb der Firma.",
    ],
)
def test_what_a_mail_server_wrote_on_top_is_cut(banner: str) -> None:
    cleaned = clean_text(f"{banner}\n\n{ASKED}")
    assert (cleaned.text, [cut.kind for cut in cleaned.removed]) == (ASKED, ["footer"])


def test_what_pgp_wrote_around_a_signed_text_is_cut() -> None:
    signature = "-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAdFiEE\n=abcd\n-----END PGP SIGNATURE-----"
    cleaned = clean_text(f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{ASKED}\n\n{signature}")
    assert (cleaned.text, {cut.kind for cut in cleaned.removed}) == (ASKED, {"footer"})


KEPT = {
    "moving_house": "ich ziehe um.\n\nVon: Hauptstraße 3\nAn: Ringweg 5\nDatum: 1. Dezember",
    "one_is_not_on": "One question about the bill of 2026:\nwhy was it written\ntwice, as Tom wrote:\nno idea",
    "one_word": "Hallo,\n\nErledigt.",
    "a_list_with_a_rule": "Zählerstände\n------------\nStrom 34112\nGas 678",
    "from_outside": "This message is about the meter outside my house.",
    "dates": "Termine, die gehen:\n\n02.02.2026 10:00\n03.02.2026 11:00\n04.02.2026 12:00 wäre am besten",
    "only_quoted": "> alles nur zitiert\n> und sonst nichts",
    "only_a_name": "Sabine Koller",
    "only_a_formula": "Mit freundlichen Grüßen",
    "thanks_alone": "Danke",
    "greetings_first": "Greetings,\ninternet down since noon",
    "a_formula_inside": "Viele Grüße soll ich von meiner Frau ausrichten, sie findet die Rechnung zu hoch.",
    "from_in_a_sentence": "From: my point of view this is wrong.",
    "your_letter": "Ihr Schreiben vom März\n\nIch verstehe es nicht.",
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_what_would_leave_nothing_or_is_no_signature_stays(text: str) -> None:
    assert clean_text(text).text == text
    assert clean_text(text).removed == ()


def test_answers_below_and_between_quotes_stay() -> None:
    text = "> Wie ist der Stand?\n\n34112\n\n> Und die Nummer?\n\n4120987"
    assert clean_text(text).text.split() == ["34112", "4120987"]


def test_a_postscript_and_the_customers_own_numbers_are_no_signature() -> None:
    text = f"{ASKED}\n\nViele Grüße\nSabine Koller\nKundennummer 5190332\n\nPS: Wann kommt der Techniker?"
    assert clean_text(text).text == f"{ASKED}\n\nKundennummer 5190332\nPS: Wann kommt der Techniker?"


def test_a_request_below_the_name_stays() -> None:
    text = f"{ASKED}\n\nCheers\nTom\nAlso my router is broken since the storm"
    assert clean_text(text).text == f"{ASKED}\n\nAlso my router is broken since the storm"


FORWARD = (
    "---------- Forwarded message ---------\nFrom: Kunde <k@post.example>\nDate: heute\nSubject: Strom\n\n" + ASKED
)


def test_a_forward_without_a_note_is_the_message_itself() -> None:
    cleaned = clean_text(FORWARD)
    assert cleaned.text == ASKED
    assert [cut.kind for cut in cleaned.removed] == ["forward_header"]


def test_what_a_colleague_wrote_above_a_customers_mail_is_cut() -> None:
    colleague = Address(name="Mara Lind", email="m@firma.example")
    body = f"Kollegen, könnt ihr das bitte heute noch übernehmen?\nMara\n\n{FORWARD}"
    (cleaned,) = clean([Message(key="1", subject="WG: Strom", forwarded_by=colleague, body=body)])
    assert cleaned.text == ASKED


def test_an_outlook_forward_is_told_from_a_reply_by_its_subject() -> None:
    block = "Von: Vermieter\nGesendet: Montag\nAn: Koller\nBetreff: Ablesung\n\nDer Stand war 34112."
    forwarded, replied = clean([Message(key=s, subject=s, body=f"siehe unten\n\n{block}") for s in ("WG: x", "AW: x")])
    assert forwarded.text == "siehe unten\n\nDer Stand war 34112."
    assert replied.text == "siehe unten"


def test_an_answer_loses_salutation_closing_and_history() -> None:
    reply = (
        "Sehr geehrte Frau Dr. Koller,\n\nden Stand haben wir eingetragen.\nSie müssen nichts tun.\n\n"
        "Mit freundlichen Grüßen\nMara Lind\n--\nElmtalwerke GmbH\n\nAm 3.2.2026 schrieb Koller:\n> Stand 34112"
    )
    assert answer_body(reply) == "den Stand haben wir eingetragen.\nSie müssen nichts tun."


@pytest.mark.parametrize("greeting", ["Hallo Tom,", "Dear Mr Okafor,", "Hi Tom!", "Guten Tag Frau Koller,", "Moin,"])
def test_an_answer_loses_every_usual_greeting(greeting: str) -> None:
    assert answer_body(f"{greeting}\n\nit is done.\n\nKind regards\nNora Kessler") == "it is done."
    assert answer_body(f"{greeting} it is done.") == "it is done."


PIECES = st.sampled_from(
    [*QUOTES.values(), *SIGNATURES.values(), *FOOTERS.values(), *KEPT.values(), FORWARD, ASKED, "", ">", "--"]
)


@given(st.lists(PIECES | st.text(max_size=30), max_size=8).map("\n".join))
def test_cleaning_twice_is_cleaning_once(body: str) -> None:
    once = clean_text(body)
    assert clean_text(once.text).text == once.text
    assert bool(once.text) == bool(body.replace("\xa0", " ").strip())


@given(st.lists(PIECES, max_size=8).map("\n".join))
def test_what_is_kept_and_what_is_cut_were_all_written(body: str) -> None:
    cleaned = clean_text(body)
    for text in (cleaned.text, *(cut.text for cut in cleaned.removed)):
        assert set(text.split()) <= set(body.split())


def test_a_reply_that_is_only_a_closing_has_no_body() -> None:
    assert answer_body("Guten Tag,\n\n\n\nMit freundlichen Grüßen\nMara Lind") == ""
    assert answer_body("Hello,\n\nKind regards\n\nTom\nExample Ltd") == ""
    assert answer_body("Danke.\nMara") == "Danke."
