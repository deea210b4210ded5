"""spaCy's tokenizer without a trained model, set up so that abbreviations, ordinals and dates stay whole."""

import re
import sys
from collections.abc import Callable
from types import ModuleType
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


_TORCH_AND_ALIKE = ("torch", "tensorflow", "mxnet", "cupy")
_COMMANDS = ("spacy.cli", "spacy.cli.info")
_LONG, _END = 200, 40
"""Of a word of more than 200 characters only the last 40 are looked at for what is to be cut from its end."""


def _spacy() -> Any:
    """spaCy, kept from importing torch: it takes whatever is installed, which costs seconds and 400 MB for nothing.

    None in the place of a module makes its import fail as if it were not installed. An empty module stands in for
    spaCy's own command line, which is half of what is left.
    """
    absent = [name for name in (*_TORCH_AND_ALIKE, *_COMMANDS) if name not in sys.modules]
    for name in absent:
        sys.modules[name] = _no_commands(name) if name in _COMMANDS else None  # type: ignore[assignment]
    try:
        import spacy
    finally:
        for name in absent:
            del sys.modules[name]
    return spacy


def _no_commands(name: str) -> ModuleType:
    module = ModuleType(name)
    module.info = None  # type: ignore[attr-defined]
    return module


class Tokens:
    """A blank pipeline for any language. `prepare` adds what is needed to it, each time it is made.

    Of a word it knows nothing but whether it is punctuation, which tells sentences, and what `prepare` asks of it: the
    twenty other things that spaCy would find out are half of the time that a new word takes.
    """

    def __init__(self, prepare: Callable[[Any], None]) -> None:
        self._prepare = prepare
        self._nlp = self._blank()

    def __call__(self, text: str) -> Any:
        """The document, read by all that was prepared."""
        if max(len(self._nlp.vocab), len(self._met)) > KEPT_WORDS:
            self._nlp = self._blank()
        self._meet(text)
        return self._nlp(text)

    def _meet(self, text: str) -> None:
        """Read new words one by one: spaCy remembers how to cut a word only before the first line break of a text."""
        tokenizer, met = self._nlp.tokenizer, self._met
        for word in text.split():
            if word not in met and len(word) < _LONG:
                met.add(word)
                tokenizer(word)

    def _blank(self) -> Any:
        spacy = _spacy()
        nlp: Any = spacy.blank("xx")
        getters = nlp.vocab.lex_attr_getters
        nlp.vocab.lex_attr_getters = {spacy.attrs.IS_PUNCT: getters[spacy.attrs.IS_PUNCT]}
        self._met = set[str]()
        nlp.tokenizer.max_cache_size = KEPT_WORDS
        nlp.tokenizer.token_match = _WHOLE.match
        nlp.tokenizer.prefix_search = spacy.util.compile_prefix_regex(nlp.Defaults.prefixes).match
        nlp.tokenizer.suffix_search = _at_end(spacy.util.compile_suffix_regex(nlp.Defaults.suffixes))
        nlp.max_length = 10_000_000
        self._prepare(nlp)
        return nlp


def _at_end(suffixes: re.Pattern[str]) -> Callable[[str], re.Match[str] | None]:
    """Search at the end of a word, so that a line of 10,000 brackets does not take a minute."""

    def search(word: str) -> re.Match[str] | None:
        return suffixes.search(word if len(word) < _LONG else word[-_END:])

    return search
