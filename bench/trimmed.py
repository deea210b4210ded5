"""What is kept of a reply, beside what others keep of the same one; `bench.mails --trimmed` shows it."""

from pathlib import Path
from typing import Any

from salver.data.reading import Cleaned
from salver.pipeline.clean import clean_text
from salver.pipeline.signature import is_closing

_BESIDE = {
    "signature": "a name under thanks: they keep it, we keep it beside",
    "quote signature": "answers under or between quotes: they keep the quotes, we keep them beside",
}
"""What differs when a piece was cut that others keep, by the kind of the piece."""


def trimmed(folder: Path) -> dict[str, Any]:
    """How often what the customer wrote is what others keep of the same mail, and why it is not."""
    mails = sorted((folder / "emails").iterdir())
    differences: dict[str, list[str]] = {}
    bare = 0
    for mail in mails:
        cleaned, wanted = clean_text(_text(mail)), _text(folder / "trimmed" / mail.name)
        bare += _squeezed(cleaned.text) == _squeezed(wanted)
        if _squeezed(with_closing(cleaned)) != _squeezed(wanted):
            differences.setdefault(why(cleaned, wanted), []).append(mail.stem)
    count = max(len(mails), 1)
    return {
        "replies": len(mails),
        "exact": round(1 - sum(map(len, differences.values())) / count, 4),
        "exact_without_closing": round(bare / count, 4),
        "differences": differences,
    }


def with_closing(cleaned: Cleaned) -> str:
    """What the customer wrote, with a cut closing and name put back: they say nothing, but others keep them."""
    closings = [cut.text for cut in cleaned.removed if cut.kind == "signature" and is_closing(cut.text.split("\n"))]
    return "\n".join([cleaned.text, *reversed(closings)])


def why(cleaned: Cleaned, wanted: str) -> str:
    """What makes the difference to what others keep."""
    if not wanted.strip():
        return "nothing but quotes: they keep nothing, we never cut a text to nothing"
    more = set(wanted.split()) - set(with_closing(cleaned).split())
    for kind, words in _BESIDE.items():
        if more and more <= set(" ".join(cut.text for cut in cleaned.removed if cut.kind in kind.split()).split()):
            return words
    return "we cut more" if more else "we keep more"


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def _squeezed(text: str) -> str:
    return " ".join(text.split())
