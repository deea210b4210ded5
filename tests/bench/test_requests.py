"""What is measured of several requests in one message."""

import numpy as np

from bench.requests import of_trays
from bench.sets import measure_sets, micro_f1
from salver.data.answer import Suggestion
from salver.data.decision import Evidence, Reason, Route, Tray
from salver.data.message import Message
from salver.data.reading import Cleaned, Reading, Request, Scored, Screening, Urgency
from salver.serve.gold import Truth


def tray(*intents: str, suggested: tuple[str, ...] = ()) -> Tray:
    """A routed message in which these intents were found, with a template of each that is suggested."""
    requests = tuple(Request(text=one, intents=(Scored(label=one, probability=0.9),)) for one in intents)
    reading = Reading(
        lang="de",
        lang_probability=1.0,
        requests=requests,
        urgency=Urgency.NORMAL,
        urgency_probability=1.0,
        urgency_because="",
        scope=1.0,
        in_scope=True,
    )
    return Tray(
        message=Message(key="k"),
        cleaned=Cleaned(text="text"),
        screening=Screening(verdict="human", reason="", because=""),
        reading=reading,
        decision=Route(reason=Reason.NOT_SURE, because="", evidence=Evidence(bundle="b")),
        suggestions=tuple(
            Suggestion(kind="template", text=one, score=0.5, because="", cases=(), intent=one, lang="de")
            for one in suggested
        ),
    )


def truth(*intents: str) -> Truth:
    return Truth(machine=False, intents=intents, lang="de", urgency="normal")


def test_all_requests_of_a_mail_must_be_found() -> None:
    figures = of_trays([(tray("a", "b", "c"), truth("a", "b")), (tray("a"), truth("b", "a"))], [])
    assert (figures["several"], figures["all_found"], figures["as_many"]) == (2, 0.5, 0.0)


def test_one_request_that_was_split_counts_against() -> None:
    figures = of_trays([(tray("a", "b"), truth("a")), (tray("a", "b"), truth("a", "b")), (tray("a"), truth("a"))], [])
    assert (figures["several_right"], figures["single_split"]) == (0.5, 0.5)


def test_what_no_template_exists_for_is_not_asked_of_suggestions() -> None:
    assert of_trays([(tray("a"), truth("a"))], [])["asked"] == 0


def test_a_set_of_intents_is_told_by_fold() -> None:
    texts = {"card lost": ["card", "lost"], "card new": ["card", "new"], "pin new": ["pin", "new"], "pin": ["pin"]}
    rows = [{"text": f"{text} {i}", "intents": some, "fold": i % 2} for i in range(8) for text, some in texts.items()]
    figures = measure_sets(rows)
    assert figures["n"] == 32
    assert figures["linear_svc"] > 0.9


def test_micro_f1_counts_over_all_texts() -> None:
    right = np.array([[True, True], [False, True]])
    told = np.array([[True, False], [True, True]])
    assert micro_f1(right, told) == round(2 * 2 / 6, 4)
