import pytest

from salver.data.errors import SettingsError
from salver.models.language import ConfiguredLanguages

LANGUAGES = ConfiguredLanguages(("de", "en"))

FOREIGN = {
    "fr": "Bonjour, je voudrais résilier mon contrat d'électricité à la fin du mois.",
    "pl": "Dzień dobry, chciałbym zmienić adres do faktury.",
    "it": "Buongiorno, vorrei disdire il contratto della luce.",
    "tr": "Merhaba, elektrik faturamı bu ay ödeyemiyorum.",
    "es": "Hola, no me funciona internet desde ayer por la tarde.",
    "nl": "Goedemorgen, mijn internet werkt sinds gisteren niet meer.",
    "ru": "Здравствуйте, у меня нет электричества с самого утра.",
}


@pytest.mark.parametrize("lang", FOREIGN)
def test_a_language_nobody_configured_is_named(lang: str) -> None:
    (guess,) = LANGUAGES.guess([FOREIGN[lang]])
    assert guess.label == lang
    assert guess.probability > 0.7


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("jo sorry ich schon wieder, hatte prüfung. bitte die andere zahl rausschmeissen", "de"),
        ("Gestern im portal den stnad eingegebn aber vertipt", "de"),
        ("i want cancle my contrakt pls the internet is very slowly", "en"),
        ("Kindly do the needful and revert back at the earliest", "en"),
        ("strom weg!!!", "de"),
        ("no power here since an hour", "en"),
        ("Internet Router WLAN Glas 300", "de"),
    ],
)
def test_typos_and_short_texts_stay_with_the_configured(text: str, lang: str) -> None:
    (guess,) = LANGUAGES.guess([text])
    assert guess.label in LANGUAGES.languages
    if len(text) > 20 and "Router" not in text:
        assert guess.label == lang


def test_too_little_text_gets_the_first_language_that_fits_and_low_confidence() -> None:
    hello, nothing, digits = LANGUAGES.guess(["ok", "", "34112"])
    assert (hello.label, nothing.label, digits.label) == ("de", "de", "de")
    assert hello.probability <= 0.5
    assert nothing.probability == digits.probability == 0.0


def test_a_batch_gives_what_single_texts_give() -> None:
    texts = [*FOREIGN.values(), "Hallo", "x" * 1000]
    assert LANGUAGES.guess(texts) == [LANGUAGES.guess([text])[0] for text in texts]


def test_an_unknown_code_is_a_wrong_setting() -> None:
    with pytest.raises(SettingsError, match=r"languages: no language is known as deutsch\. Use ISO 639-1 codes"):
        ConfiguredLanguages(("deutsch",))
