"""spaCy's tokenizer without a trained model, set up so that abbreviations, ordinals and dates stay whole."""

import re
import sys
from collections.abc import Callable
from typing import Any

_ABBREVIATIONS = (
    "abs al allg ang anl art aug bez bspw bzgl bzw ca cf co dez dgl dipl dr ed eig einschl entspr etc evtl exkl"
    " feb fa ff fr gem ges"
    " ggf ggfs hr hrsg ing inh inkl insb jan jr jul jun kd kfm lt ltd max mfg min mind mio mr mrs ms mtl nov nr"
    " okt orig"
    " pp prof rd resp rückw sec sen sep sept sog spez st std str tel telef tgl u.a urspr usf usw verg vert vgl vs"
    " wg zb zgl zt zzgl"
    " approx apt dept est fig gen hrs incl no nos ph ref tel vol"
)
_WHOLE = re.compile(
    rf"(?:{'|'.join(re.escape(one) for one in _ABBREVIATIONS.split())}|[^\W\d_]|\d{{1,2}}"
    rf"|(?:[^\W\d_]{{1,2}}\.)+[^\W\d_]{{1,2}}"
    r"|\d{1,2}\.\d{1,2}|\d{1,2}\.\d{1,2}\.(?:19|20)?\d\d|(?:kunden|kd\.?|rechnungs?|zähler|haus|vertrags?|auftrags?"
    r"|bestell|tel)-?nr"
    r"|[^\W\d_-]{3,}str)\.$",
    re.IGNORECASE,
)

KEPT_WORDS = 100_000
"""spaCy keeps every word it ever saw; from this many on the tokenizer is made anew, so that memory stays bounded."""


def _spacy() -> Any:
    """spaCy, kept from importing torch: it takes whatever is installed, which costs seconds and 400 MB for nothing.

    None in the place of a module makes its import fail as if it were not installed.
    """
    absent = [name for name in ("torch", "tensorflow", "mxnet", "cupy") if name not in sys.modules]
    for name in absent:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        import spacy
    finally:
        for name in absent:
            del sys.modules[name]
    return spacy


class Tokens:
    """A blank pipeline for any language. `prepare` adds what is needed to it, each time it is made."""

    def __init__(self, prepare: Callable[[Any], None]) -> None:
        self._prepare = prepare
        self._nlp = self._blank()

    def __call__(self, text: str) -> Any:
        """The document, read by all that was prepared."""
        if len(self._nlp.vocab) > KEPT_WORDS:
            self._nlp = self._blank()
        return self._nlp(text)

    def _blank(self) -> Any:
        nlp: Any = _spacy().blank("xx")
        nlp.tokenizer.token_match = _WHOLE.match
        nlp.max_length = 10_000_000
        self._prepare(nlp)
        return nlp
