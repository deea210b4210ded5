import pytest
from hypothesis import given
from hypothesis import strategies as st

from salver.data.company import Company
from salver.data.errors import SettingsError
from salver.models.entities import CompanyEntities, names

COMPANY = Company(
    patterns=(
        ("customer_no", r"[2-6]\d{6}"),
        ("order_no", r"EW-\d{6}"),
        ("meter_no", r"1\s?EMT\s?\d{10}"),
        ("invoice_no", r"R-20\d\d-\d{6}"),
    )
)
ENTITIES = CompanyEntities(COMPANY)


def found(text: str) -> list[tuple[str, str, str]]:
    return [(one.kind, one.text, one.value) for one in ENTITIES.find([text])[0]]


FOUND = {
    "mail": ("schreiben Sie an A.Koller@Post.example bitte", "email", "A.Koller@Post.example", "a.koller@post.example"),
    "url": ("siehe https://x.example/a?b=1.", "url", "https://x.example/a?b=1", "https://x.example/a?b=1"),
    "iban": ("auf DE89 3704 0044 0532 0130 00 bitte", "iban", "DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
    "card": ("Karte 4111 1111 1111 1111", "card", "4111 1111 1111 1111", "4111111111111111"),
    "phone": ("ruft an: 0151 5550 2231", "phone", "0151 5550 2231", "+4915155502231"),
    "phone_abroad": ("call +44 20 7946 0018.", "phone", "+44 20 7946 0018", "+442079460018"),
    "date": ("zum 31.03.2026.", "date", "31.03.2026", "2026-03-31"),
    "date_short": ("bis 30.04. bitte", "date", "30.04.", "--04-30"),
    "date_iso": ("from 2026-03-01 on", "date", "2026-03-01", "2026-03-01"),
    "date_written": ("am 3. März 2026 gezogen", "date", "3. März 2026", "2026-03-03"),
    "date_english": ("on 3rd of March 2026", "date", "3rd of March 2026", "2026-03-03"),
    "date_american": ("on March 3, 2026", "date", "March 3, 2026", "2026-03-03"),
    "amount": ("zahle 1.234,50 € zurück", "amount", "1.234,50 €", "1234.50 EUR"),
    "amount_before": ("paid EUR 12.5 twice", "amount", "EUR 12.5", "12.50 EUR"),
    "amount_words": ("kann 50 euro zahlen", "amount", "50 euro", "50.00 EUR"),
    "amount_pound": ("it costs £1,250", "amount", "£1,250", "1250.00 GBP"),
    "reading": ("Zählerstand 34.112 kWh", "reading", "34.112", "34112"),
    "reading_bare": ("hier der stand 34112 abgelesen heute", "reading", "34112", "34112"),
    "reading_space": ("state of counter: 11 056.", "reading", "11 056", "11056"),
    "reading_english": ("meter reads 4,902 as of today", "reading", "4,902", "4902"),
    "reading_after": ("zähler zeigt 8.140 m³ an", "reading", "8.140", "8140"),
    "street": ("ich wohne Mühlgasse 4 im Hof", "street", "Mühlgasse 4", "Mühlgasse 4"),
    "street_two_words": ("jetzt Neue Straße 25a", "street", "Neue Straße 25a", "Neue Straße 25a"),
    "street_placed": ("Adresse: Am Anger 11", "street", "Am Anger 11", "Am Anger 11"),
    "street_short": ("hauptstr. 12", "street", "hauptstr. 12", "hauptstr. 12"),
    "street_english": ("I live at 12 High Street now", "street", "12 High Street", "12 High Street"),
    "postcode": ("in 38901 Elmtal", "postcode", "38901 Elmtal", "38901 Elmtal"),
    "name_titled": ("der Vertrag des Herrn Jablonski endet", "name", "Jablonski", "Jablonski"),
    "name_english": ("my wife Ms Wei-Ling Chou pays", "name", "Wei-Ling Chou", "Wei-Ling Chou"),
    "name_told": ("mein Name ist Kavitha Subbarao und ich", "name", "Kavitha Subbarao", "Kavitha Subbarao"),
    "name_listed": ("das hat Sabine Koller gesagt", "name", "Sabine Koller", "Sabine Koller"),
    "customer_no": ("Kunde 4120987", "customer_no", "4120987", "4120987"),
    "order_no": ("zu ew-204417", "order_no", "ew-204417", "EW-204417"),
    "meter_no": ("Zähler 1 EMT 0043218876", "meter_no", "1 EMT 0043218876", "1EMT0043218876"),
    "invoice_no": ("Rechnung R-2026-118204", "invoice_no", "R-2026-118204", "R-2026-118204"),
}


@pytest.mark.parametrize(("text", "kind", "written", "value"), FOUND.values(), ids=FOUND)
def test_it_finds(text: str, kind: str, written: str, value: str) -> None:
    assert found(text) == [(kind, written, value)]


NOTHING = [
    "um 10:15 Uhr bei 4 °C",
    "Glas 300 mit 250 Mbit",
    "Sehr geehrte Damen und Herren",
    "am 31.02.2026 gibt es nicht"[:6],
    "DE36 2505",
    "I may come in the summer",
    "die Nachzahlung für 2025",
    "Zähler seit 2024 defekt",
    "seit 14 Tagen kein Zähler",
]


@pytest.mark.parametrize("text", NOTHING)
def test_it_finds_nothing_in(text: str) -> None:
    assert found(text) == []


def test_an_account_with_a_wrong_checksum_is_no_iban() -> None:
    assert "iban" not in [kind for kind, _, _ in found("DE88 3704 0044 0532 0130 00")]


def test_the_companys_own_numbers_win() -> None:
    assert found("Zählerstand für 4120987") == [("customer_no", "4120987", "4120987")]
    assert found("Tel. 0000, Stand R-2026-118204")[-1][0] == "invoice_no"


def test_without_own_patterns_a_number_is_what_its_shape_says() -> None:
    plain = CompanyEntities(Company())
    assert [one.kind for one in plain.find(["Zählerstand 4120987"])[0]] == ["reading"]


def test_a_wrong_pattern_says_where_it_stands() -> None:
    with pytest.raises(SettingsError, match=r'^patterns\.order_no: "EW-\(" is no regular expression'):
        CompanyEntities(Company(patterns=(("order_no", "EW-("),)))


def test_the_lists_of_names_are_sorted_and_without_doubles() -> None:
    for which in ("first", "surnames", "places"):
        assert list(names(which)) == sorted(set(names(which)))


@given(st.text(alphabet="aA1 .,:-/€@+äß\nDE0", max_size=60) | st.sampled_from([one[0] for one in FOUND.values()]))
def test_spans_are_in_order_apart_and_say_what_stands_there(text: str) -> None:
    end = 0
    for one in ENTITIES.find([text])[0]:
        assert end <= one.start < one.end
        assert text[one.start : one.end] == one.text
        assert one.value
        end = one.end


def test_a_batch_gives_what_single_texts_give() -> None:
    texts = [one[0] for one in FOUND.values()]
    assert ENTITIES.find(texts) == [ENTITIES.find([text])[0] for text in texts]
