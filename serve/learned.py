"""Corrections become cases: at once as neighbours, masked; and as they were written for the next training."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from salver.data.case import Case, Customer, PastCase
from salver.data.company import Company
from salver.data.correction import Correction
from salver.data.record import DecisionRecord, StoredMessage
from salver.data.store import Store
from salver.models.bundle import Bundle
from salver.pipeline.mask import mask_case
from salver.pipeline.read import read
from salver.pipeline.run import Pipeline
from salver.serve.recording import check_of, known_line
from salver.serve.uses import uses_of

_BYTES = np.dtype("<f4")


def learn(corrections: Sequence[Correction], store: Store, pipeline: Pipeline) -> list[PastCase]:
    """Keep corrections, and let the messages whose intent or answer is known now join the neighbours at once.

    What is only found right or wrong teaches nothing: the machine does not learn from its own answers. Raises
    StoreError for a correction of a message that was never taken in.
    """
    records = store.decisions([one.message for one in corrections])
    for correction in corrections:
        store.correct(correction, check_of(correction, records.get(correction.message)))
    pipeline.use(uses_of(corrections, records))
    cases = past_cases(corrected(store, pipeline.bundle.company, {one.message for one in corrections}), pipeline)
    if cases:
        vectors = pipeline.bundle.encoder.encode([case.question for case in cases])
        store.remember(cases, _encoder_of(pipeline.bundle), [one.astype(_BYTES).tobytes() for one in vectors])
        pipeline.learn(cases, vectors)
    return cases


def relearn(store: Store, pipeline: Pipeline) -> None:
    """Let the cases of earlier corrections join the neighbours, with the vectors that the store keeps of them, and what
    agents did with suggestions count.

    Those of which this bundle's encoder made no vector are encoded.
    """
    said = _merged(store.corrections())
    pipeline.use(uses_of(said, store.decisions([one.message for one in said])))
    kept, size = store.vectors(_encoder_of(pipeline.bundle)), _BYTES.itemsize * pipeline.bundle.encoder.dim
    known: list[PastCase] = []
    others: list[PastCase] = []
    for case in learned_since(store, pipeline):
        (known if len(kept.get(case.id, b"")) == size else others).append(case)
    if known:
        rows = np.frombuffer(b"".join(kept[case.id] for case in known), _BYTES).reshape(len(known), -1)
        pipeline.learn(known, rows.astype(np.float32))
    if others:
        pipeline.learn(others)


def learned_since(store: Store, pipeline: Pipeline) -> list[PastCase]:
    """The cases of earlier corrections. Those that the bundle has not learned from come with what leads to their
    customers, read again from their messages: the store keeps no such thing."""
    cases = store.cases()
    new = {case.id for case in cases} - pipeline.bundle.cases.keys()
    found = past_cases(corrected(store, pipeline.bundle.company, new), pipeline) if new else []
    traces = {case.id: case.traces for case in found}
    return [replace(case, traces=traces.get(case.id, ())) for case in cases]


def _encoder_of(bundle: Bundle) -> str:
    """Which encoder made a vector: the bundle's, and not that of an earlier one with the same name."""
    return f"{bundle.name} {bundle.created.isoformat()}"


def corrected(store: Store, company: Company, only: set[str] | None = None) -> list[Case]:
    """The messages of which agents said the intent or the answer, as cases; of all, or of those in `only`."""
    merged = _merged(one for one in store.corrections() if only is None or one.message in only)
    records = store.decisions([one.message for one in merged])
    cases = []
    for correction in merged:
        stored, record = store.message(correction.message), records.get(correction.message)
        case = stored and _case(correction, stored, record, company)
        if case and case.intent and (correction.intent or correction.answer):
            cases.append(case)
    return cases


def past_cases(cases: Sequence[Case], pipeline: Pipeline) -> list[PastCase]:
    """The same cases with everything personal masked, as a bundle keeps them."""
    masked = [mask_case(case, pipeline.bundle.entities) for case in cases]
    langs = pipeline.bundle.languages.guess([case.text for case in cases])
    return [
        PastCase(
            id=case.id,
            intent=case.intent,
            lang=case.lang or lang.label,
            question=question,
            answer=answer,
            agent=case.agent,
            ending=case.ending,
            answered_at=case.answered_at,
            traces=pipeline.bundle.personal.marks(*traces),
        )
        for case, (question, answer, traces), lang in zip(cases, masked, langs, strict=True)
    ]


def _merged(corrections: Iterable[Correction]) -> list[Correction]:
    """One correction a message: what was said last counts, field by field."""
    last: dict[str, Correction] = {}
    for one in corrections:
        before = last.get(one.message, one)
        last[one.message] = replace(
            one,
            intent=one.intent or before.intent,
            urgency=one.urgency or before.urgency,
            answer=one.answer or before.answer,
        )
    return list(last.values())


def _case(correction: Correction, stored: StoredMessage, record: DecisionRecord | None, company: Company) -> Case:
    """The case that a corrected message is; what the agent left as it was is as it was decided."""
    message = read([stored.raw], company)[0]
    line = known_line(record)
    intent = correction.intent or line.get("intent") or ""
    urgency = correction.urgency or line.get("urgency")
    sender = message.sender
    return Case(
        id=message.key,
        thread=message.references[0] if message.references else message.message_id or message.key,
        customer=Customer(name=sender.name if sender else "", email=sender.email if sender else ""),
        text=message.body,
        answer=correction.answer or "",
        subject=message.subject,
        channel=message.channel,
        lang=line.get("lang") or "",
        intents=(intent,) if intent else (),
        urgency=urgency,
        agent=correction.agent,
        received_at=message.received_at or message.date,
        answered_at=correction.at,
        ending="resolved",
        source="correction",
    )
