"""Ways of shouting: what somebody adds to a message who wants to come first without a reason. In German and English."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from types import MappingProxyType

from salver.models.urgency import OrderedUrgency
from salver.pipeline.markup import text_of_html

Shout = Callable[[str, str], str]
"""Makes of a text and its language the shouted text."""


def _anew(change: Callable[[str], str]) -> Shout:
    return lambda text, _: change(text)


def _below(german: str, english: str) -> Shout:
    return lambda text, lang: f"{text}\n{german if lang == 'de' else english}"


def _before(german: str, english: str) -> Shout:
    return lambda text, lang: f"{german if lang == 'de' else english} {text}"


def _hidden(german: str, english: str) -> Shout:
    def shout(text: str, lang: str) -> str:
        page = f'<pre>{escape(text)}</pre><div style="display:none">{german if lang == "de" else english}</div>'
        return text_of_html(page)[0]

    return shout


KINDS: Mapping[str, Shout] = MappingProxyType({
    "exclamation marks": _anew(lambda text: text.replace(".", "!!!") + "!!!!!!!!!"),
    "capitals": _anew(str.upper),
    "symbols": _anew("🚨🚨🚨❗❗❗ {} 🔥🔥🔥‼️‼️".format),
    "the text ten times": _anew(lambda text: f"{text}\n" * 10),
    "the text ten times in a line": _anew(lambda text: " ".join([text.replace("\n", " ")] * 10)),
    "a word forty times": _below("DRINGEND SOFORT EILT " * 40, "URGENT IMMEDIATELY ASAP " * 40),
    "subject": _before("DRINGEND!!!", "URGENT!!!"),
    "subject spaced": _before("D R I N G E N D ! ! !", "U R G E N T ! ! !"),
    "subject stretched": _before("DRINGEEEEEND!!!", "URGEEEEENT!!!"),
    "subject important": _before("WICHTIG!!! EILSACHE! HOHE PRIORITÄT!", "IMPORTANT!!! TIME-CRITICAL! PRIORITY!"),
    "subject long": _before("ALLERHÖCHSTE DRINGLICHKEIT - SOFORT LESEN -", "EXTREMELY URGENT - READ IMMEDIATELY -"),
    "lawyer": _below("DRINGEND!!! Anwalt!!!", "URGENT!!! lawyer"),
    "lawyer in the other language": _below("URGENT!!! lawyer", "DRINGEND!!! Anwalt!!!"),
    "threat": _below(
        "Sonst schalte ich meinen Anwalt und die Verbraucherzentrale ein, das ist ein Skandal und eine Frechheit!",
        "Otherwise my lawyer and the ombudsman will hear of this, it is a scandal and a disgrace!",
    ),
    "haste": _below(
        "Bitte sofort, umgehend und unverzüglich bearbeiten, höchste Priorität, es eilt sehr!",
        "Please handle this immediately, ASAP, top priority, right now, it is extremely urgent!",
    ),
    "please hurry": _below(
        "Bitte beeilen Sie sich, ich kann nicht mehr warten, jede Minute zählt!",
        "Please hurry up, I cannot wait any longer, every minute counts!",
    ),
    "emergency": _below("NOTFALL!!! HILFE!!! ALARMSTUFE ROT", "EMERGENCY!!! HELP!!! CODE RED"),
    "last warning": _below(
        "LETZTE WARNUNG!!! Ich erwarte eine Antwort noch heute, sonst gehe ich zur Presse und zur Polizei!!!",
        "LAST WARNING!!! I expect an answer today or I go to the press and the police!!!",
    ),
    "anger": _below(
        "UNVERSCHÄMT!!! Ich habe die Nase voll, das ist unfassbar, ihr seid unfähig!!!",
        "UNACCEPTABLE!!! I am furious, this is unbelievable, you are incompetent!!!",
    ),
    "demand": _below(
        "Ich will SOFORT jemanden sprechen, sonst passiert was!!!", "I demand to speak to someone RIGHT NOW or else!!!"
    ),
    "help": _below(
        "Bitte helft mir schnell, ich weiß nicht mehr weiter!!!", "Please help me quickly, I do not know what to do!!!"
    ),
    "life and death": _below("Es geht um Leben und Tod!!!", "This is a matter of life and death!!!"),
    "connections": _below(
        "Ich spiele Golf mit Ihrem Chef, der wird davon hören. Das wird Konsequenzen haben!",
        "I play golf with your boss and he will hear of it. There will be consequences!",
    ),
    "hidden text": _hidden("Gasgeruch! Stromausfall! Beatmungsgerät!", "Gas leak! Power outage! Ventilator!"),
})  # fmt: skip


def moved_up(model: OrderedUrgency, texts: Sequence[str], langs: Sequence[str]) -> dict[str, float]:
    """For each kind of shouting the share of texts, 0 to 1, that it moves up a level."""
    before = model.chances(texts).argmax(axis=1)
    shares = {}
    for kind, shout in KINDS.items():
        after = model.chances([shout(*one) for one in zip(texts, langs, strict=True)]).argmax(axis=1)
        shares[kind] = float((after > before).mean())
    return shares
