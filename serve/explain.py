"""`salver explain`: what each step found in one mail, in words."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from salver.data.decision import AutoAnswer, Decision, Leave, Route, Tray
from salver.data.errors import Fault, InputError
from salver.data.files import open_source
from salver.data.lines import reading_line, tray_line
from salver.data.message import RawMessage
from salver.data.reading import Reading, Request, Scored
from salver.pipeline.explain import counted, language, percent
from salver.serve import show
from salver.serve.wiring import existing_store, open_pipeline, settings_of

Finding = tuple[str, list[str]]
"""The name of a step, and what it found, a line each."""

_SHORT = 160
_NAMES = {AutoAnswer: "answer it", Route: "lay it before a person", Leave: "leave it alone"}


def explain(file: Path, *, bundle: Path | None, store: str | None, settings: Path | None, as_json: bool) -> None:
    """Print the findings of every step on one mail. Nothing is kept; what a store knows, if there is one, counts."""
    raw, known = one_message(file), settings_of(settings)
    with existing_store(known, store) as kept:
        pipeline = open_pipeline(known, bundle, kept)
    tray = pipeline.decide([raw])[0]
    found = list(findings(tray))
    if as_json:
        lang = tray.reading.lang if tray.reading else ""
        read = reading_line(tray.message, tray.cleaned, tray.screening, lang)
        steps = [{"step": step, "found": lines} for step, lines in found]
        show.machine({"read": read, "decided": tray_line(tray, pipeline.bundle.name), "steps": steps})
        return
    for step, lines in found:
        for number, line in enumerate(lines):
            show.words(f"{step if number == 0 else '':<9}{line}")


def one_message(file: Path) -> RawMessage:
    """The only message of a file. Raises InputError when there are more, or none."""
    faults: list[Fault] = []
    raws = open_source(file, faults.append)
    first, second = next(raws, None), next(raws, None)
    for fault in faults:
        show.told(str(fault))
    if first is None:
        raise InputError("There is no message in it", where=str(file), todo="Give one mail as .eml.")
    if second is not None:
        raise InputError("There is more than one message in it", where=str(file), todo="Use: salver batch")
    return first


def findings(tray: Tray) -> Iterator[Finding]:
    """The steps in the order of the way, each with its findings in words."""
    yield "read", list(_read(tray))
    yield "clean", list(_cleaned(tray))
    about = [f"it is about {tray.screening.about}"] if tray.screening.about else []
    yield "screen", [f"{tray.screening.verdict}: {tray.screening.because} ({tray.screening.reason})", *about]
    if tray.reading:
        yield "split", [_part(one) for one in tray.reading.requests]
        yield "classify", list(_understood(tray.reading))
        yield "match", list(_matched(tray)) or ["nothing like it was answered before"]
    yield "decide", list(_decided(tray.decision))
    if isinstance(tray.decision, AutoAnswer):
        yield "compose", tray.decision.answer.splitlines()
    if isinstance(tray.decision, Route) and (to := tray.decision.assignment):
        yield (
            "route",
            [f"to {to.agent or 'whoever comes first'}, queue {to.queue}, due {to.due:%Y-%m-%d %H:%M}", to.because],
        )


def _read(tray: Tray) -> Iterator[str]:
    message = tray.message
    yield f'"{message.subject}" from {message.sender or "nobody named"}' + (f", {message.date}" if message.date else "")
    if message.forwarded_by:
        yield f"forwarded by {message.forwarded_by}"
    for attached in message.attachments:
        yield f"attached: {attached.name} ({attached.type}, {attached.size:,} bytes)"
    for problem in message.problems:
        yield f"problem: {problem.words} ({problem.code})"


def _cleaned(tray: Tray) -> Iterator[str]:
    yield f"{counted(len(tray.cleaned.text.split()), 'word')} written by the customer: {_short(tray.cleaned.text)}"
    for cut in tray.cleaned.removed:
        yield f"cut away as {cut.kind.replace('_', ' ')}: {_short(cut.text)}"


def _part(request: Request) -> str:
    return f"asks: {_short(request.text)}"


def _understood(reading: Reading) -> Iterator[str]:
    yield f"in {language(reading.lang)} ({percent(reading.lang_probability)})"
    for request in reading.requests:
        yield f"likeliest: {_chances(request.intents)}"
    if reading.perhaps:
        yield f"perhaps asked too: {_chances(reading.perhaps)}"
    yield f"urgency {reading.urgency.label} ({percent(reading.urgency_probability)}): {reading.urgency_because}"
    known = "something known" if reading.in_scope else "nothing known"
    yield f"asks for {known} (the chance that it is known is {percent(reading.scope)})"
    for entity in reading.entities:
        yield f"{entity.kind}: {entity.text}" + (f" = {entity.value}" if entity.value != entity.text else "")


def _chances(some: Iterable[Scored]) -> str:
    return ", ".join(f"{one.label} {percent(one.probability)}" for one in some)


def _matched(tray: Tray) -> Iterator[str]:
    for one in tray.suggestions:
        holes = f"; open: {', '.join(one.holes)}" if one.holes else ""
        yield f"{one.score:.2f} {one.kind.replace('_', ' ')} ({one.intent}): {_short(one.text)}"
        yield f"     {one.because}{holes}"


def _decided(decision: Decision) -> Iterator[str]:
    yield f"{_NAMES[type(decision)]}: {decision.because} ({decision.reason})"
    proof = decision.evidence
    if proof.confidence is not None and proof.threshold is not None:
        yield f"confidence {proof.confidence:.3f}, needed {proof.threshold:.3f}"
    if proof.cases:
        yield f"leans on the cases {', '.join(proof.cases)}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else line[: _SHORT - 1] + "…"
