"""`salver read`: what is read of messages, before anything is understood of them."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from salver.data.errors import Fault, InputError
from salver.data.files import open_source
from salver.data.lines import reading_line
from salver.data.message import RawMessage
from salver.models.language import ConfiguredLanguages
from salver.pipeline.clean import clean
from salver.pipeline.read import read as read_messages
from salver.pipeline.screen import screen
from salver.serve import show
from salver.serve.chunks import CHUNK, chunked
from salver.serve.settings import Settings
from salver.serve.wiring import settings_of

_LONGEST_TEXT = 600


def read(paths: Sequence[Path], *, as_json: bool, settings: Path | None) -> None:
    """Print what is read of all messages of all paths. Raises InputError at the end when a path could not be taken."""
    known = settings_of(settings)
    faults: list[Fault] = []
    refused: list[InputError] = []
    for path in paths:
        try:
            for line in lines(open_source(path, faults.append), known):
                show.machine(line) if as_json else _block(line)
        except InputError as error:
            refused.append(error)
    for told in (*faults, *refused[:-1]):
        show.told(str(told))
    if refused:
        raise refused[-1]


def lines(raws: Iterable[RawMessage], settings: Settings) -> Iterator[dict[str, Any]]:
    """A JSON object a message, in order."""
    languages = ConfiguredLanguages(settings.company.languages)
    for chunk in chunked(raws, CHUNK):
        messages = read_messages(chunk, settings.company)
        cleaned = clean(messages)
        langs = languages.guess([one.text for one in cleaned])
        screenings = screen(messages, settings.company)
        for message, text, screening, lang in zip(messages, cleaned, screenings, langs, strict=True):
            yield reading_line(message, text, screening, lang.label)


def _block(line: dict[str, Any]) -> None:
    """A message for a person."""
    show.words(line["subject"] or "(no subject)")
    about = (line["date"], line["from"], line["lang"], f"{line['screen']['verdict']} ({line['screen']['reason']})")
    show.words("  " + " · ".join(one for one in about if one))
    text = line["text"]
    for one in (text[:_LONGEST_TEXT] + ("…" if len(text) > _LONGEST_TEXT else "")).splitlines():
        show.words(f"  | {one}")
    for cut in line["removed"]:
        show.words(f"  cut away: {cut['kind']}, {len(cut['text'].splitlines())} lines")
    for one in line["attachments"]:
        show.words(f"  attached: {one['name']} ({one['type']}, {one['size']:,} bytes)")
    for problem in line["problems"]:
        show.words(f"  problem: {problem['words']}")
    show.words()
