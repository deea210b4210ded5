"""Takes one of the five gates away, for a run of pytest only: `-p tests.gates.without --without-gate 3`.

The product has no such switch. Each gate is replaced, where it is called, by what would be there if nobody had
built it.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

import salver.pipeline.mask
import salver.pipeline.match
import salver.pipeline.run
import salver.pipeline.withhold
import salver.training.proof
import salver.training.run
import salver.training.templates
from salver.data.answer import Template
from salver.data.decision import AutoAnswer
from salver.training.proof import Reply, proven

GATES: Mapping[int, str] = {
    1: "mask when taken in",
    2: "templates, not replies",
    3: "k customers",
    4: "fill slots, and a person approves",
    5: "check at the way out",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """The number of the gate."""
    parser.addoption("--without-gate", type=int, choices=list(GATES))


def pytest_configure(config: pytest.Config) -> None:
    """Before any test is imported."""
    if gate := config.getoption("--without-gate"):
        for module, name, instead in _INSTEAD[gate]:
            assert hasattr(module, name), f"gate {gate} is no longer where it was: {module.__name__}.{name}"
            setattr(module, name, instead)


def _unmasked(text: str, *_: object) -> str:
    return salver.pipeline.mask.visible(text)


def whole_replies(replies: Sequence[Reply], least: int) -> tuple[tuple[Template, ...], dict[str, tuple[str, ...]]]:
    """Every masked reply whole, on the evidence that its intent was answered often."""
    groups: dict[tuple[str, str], list[Reply]] = defaultdict(list)
    for reply in replies:
        groups[reply.intent, reply.lang].append(reply)
    found = [
        Template(
            id=f"t{reply.case}", intent=intent, lang=lang, text=reply.masked, slots=(), cases=(reply.case,),
            customers=len({one.customer for one in group}), agents=2,
        )
        for (intent, lang), group in groups.items()
        if proven(group[0].masked, group, least)
        for reply in group
    ]  # fmt: skip
    return tuple(found), {one.cases[0]: (one.id,) for one in found}


def _with_holes(text: str, _known: object) -> tuple[str, tuple[str, ...]]:
    return text, ()


def _nothing(*_: object) -> str:
    return ""


def _let_out(decision: AutoAnswer, *_: object) -> AutoAnswer:
    return replace(decision)


def _always(*_: object) -> bool:
    return True


_INSTEAD: Mapping[int, Sequence[tuple[Any, str, Callable[..., Any]]]] = {
    1: [(salver.pipeline.mask, "_masked", _unmasked)],
    2: [(salver.training.templates, "induce", whole_replies), (salver.training.run, "induce", whole_replies)],
    3: [(salver.training.proof, "proven", _always), (salver.training.proof, "is_the_companys", _always)],
    4: [(salver.pipeline.match, "fill", _with_holes), (salver.pipeline.withhold, "not_approved", _nothing)],
    5: [(salver.pipeline.run, "release", _let_out)],
}
