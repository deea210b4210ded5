"""One trained brain: a folder with a manifest, weights, masked cases, templates, skills, policy and scores.

A bundle is never edited. It is written beside its place, synced, and renamed into it; every file is checked against its
sha256 before a byte of it is used. There is no pickle in it: `.npz` without objects, JSON, and JSON lines.

    manifest.json       format, name, time, encoder, intents, and the sha256 and size of every other file
    encoder.npz         the encoder learned from the archive (on top of a pretrained one, where one is named)
    intents.npz         the linear models and the weights of the opinions
    urgency.npz         the words, facts and weights of three questions
    choice.npz          the centres from which a template is chosen
    vectors.npz         a vector a case, from which the index is built
    personal.npz        keyed hashes of what leads to the customer of a case, and their key
    cases.json          masked questions and answers
    facts.json          company, team, scope, weights of further intents and of the ranking, templates, skills, policy,
                        profile, scores
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field, TypeAdapter, ValidationError

from salver.data.agent import Skill, Team
from salver.data.answer import Template
from salver.data.case import PastCase
from salver.data.company import Company
from salver.data.errors import BundleError
from salver.data.policy import Policy
from salver.data.profile import Profile
from salver.models.answers import WEIGHTS, Weights
from salver.models.choice import Key, TemplateChoice
from salver.models.entities import CompanyEntities
from salver.models.folder import arrays_of, bytes_of, checked, write_folder
from salver.models.grams import Grams, known_features
from salver.models.history import HistoryEncoder
from salver.models.index import CaseIndex
from salver.models.intents import StackedIntents
from salver.models.language import ConfiguredLanguages
from salver.models.personal import PersonalIndex
from salver.models.ports import Encoder, Entities, Languages, Scope, Sentences, Urgencies
from salver.models.pretrained import PretrainedEncoder
from salver.models.scope import LearnedScope
from salver.models.sentences import SpacySentences
from salver.models.several import SeveralIntents
from salver.models.urgency import OrderedUrgency

FORMAT = 3

Worth = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Everything that the way of a message needs. `cases` says by id what the neighbours' ids mean.

    `profile` is how messages looked at the training, or None where that was not kept.
    """

    name: str
    created: datetime
    company: Company
    team: Team
    encoder: Encoder
    intents: StackedIntents
    urgency: Urgencies
    scope: Scope
    several: SeveralIntents
    choice: TemplateChoice
    neighbours: CaseIndex
    languages: Languages
    sentences: Sentences
    entities: Entities
    cases: dict[str, PastCase]
    templates: tuple[Template, ...]
    skills: tuple[Skill, ...]
    policy: Policy
    ranking: Weights = field(default_factory=lambda: WEIGHTS)
    personal: PersonalIndex = field(default_factory=PersonalIndex)
    profile: Profile | None = None
    scores: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    company: Company
    team: Team
    scope: dict[str, list[float]]
    several: dict[str, list[float]]
    choices: tuple[Key, ...]
    templates: tuple[Template, ...]
    skills: tuple[Skill, ...]
    policy: Policy
    ranking: dict[str, Worth] = field(default_factory=lambda: dict(WEIGHTS))
    profile: Profile | None = None
    scores: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Brain:
    name: str
    created: datetime
    encoder: str
    labels: tuple[str, ...]


_FACTS = TypeAdapter(_Facts)
_BRAIN = TypeAdapter(_Brain)
_CASES = TypeAdapter(tuple[PastCase, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What training hands over to be saved: the learned parts and the facts. `vectors` belong to `cases`, in order."""

    name: str
    created: datetime
    company: Company
    team: Team
    encoder: HistoryEncoder
    intents: StackedIntents
    urgency: OrderedUrgency
    scope: LearnedScope
    several: SeveralIntents
    choice: TemplateChoice
    cases: tuple[PastCase, ...]
    vectors: np.ndarray[Any, np.dtype[np.float32]]
    templates: tuple[Template, ...]
    skills: tuple[Skill, ...]
    policy: Policy
    profile: Profile | None
    ranking: Weights = field(default_factory=lambda: WEIGHTS)
    personal: PersonalIndex = field(default_factory=PersonalIndex)
    scores: dict[str, Any]


def save(draft: Draft, folder: Path) -> None:
    """Write a bundle. Raises BundleError when the folder exists already or cannot be written."""
    facts = _Facts(
        company=draft.company,
        team=draft.team,
        scope=draft.scope.to_json(),
        several=draft.several.to_json(),
        choices=draft.choice.keys,
        templates=draft.templates,
        skills=draft.skills,
        policy=draft.policy,
        ranking=dict(draft.ranking),
        profile=draft.profile,
        scores=draft.scores,
    )
    files = {
        "intents.npz": bytes_of(draft.intents.to_arrays()),
        "encoder.npz": bytes_of(draft.encoder.to_arrays()),
        "urgency.npz": bytes_of(draft.urgency.to_arrays()),
        "choice.npz": bytes_of(draft.choice.to_arrays()),
        "vectors.npz": bytes_of({"vectors": draft.vectors}),
        "personal.npz": bytes_of(draft.personal.to_arrays([case.id for case in draft.cases])),
        "cases.json": _CASES.dump_json(draft.cases),
        "facts.json": _FACTS.dump_json(facts, indent=1),
    }
    brain = _Brain(
        name=draft.name,
        created=draft.created,
        encoder=draft.encoder.name,
        labels=draft.intents.labels,
    )
    write_folder(folder, FORMAT, _BRAIN.dump_python(brain, mode="json"), files)


def load(folder: Path) -> Bundle:
    """Open a bundle. Raises BundleError when it is missing, damaged or of another version."""
    manifest, files = checked(folder, FORMAT)
    try:
        brain = _BRAIN.validate_python(manifest)
        facts = _FACTS.validate_json(files["facts.json"])
        cases = _CASES.validate_json(files["cases.json"])
        return _assemble(folder, brain, facts, cases, files)
    except (ValidationError, KeyError, ValueError, IndexError, TypeError) as error:
        raise BundleError(
            f"the bundle does not hold what it should ({type(error).__name__})",
            where=str(folder),
            todo="Train it again, or roll back to another.",
        ) from error


def _assemble(
    folder: Path, brain: _Brain, facts: _Facts, cases: tuple[PastCase, ...], files: Mapping[str, bytes]
) -> Bundle:
    learned = {name: arrays_of(files[name], folder) for name in sorted(files) if name.endswith(".npz")}
    grams = Grams(known=known_features([arrays["columns"] for arrays in learned.values() if "columns" in arrays]))
    vectors = learned["vectors.npz"]["vectors"]
    if vectors.ndim != 2 or len(vectors) != len(cases):
        raise ValueError("the vectors are not the cases'")
    base = None if brain.encoder == HistoryEncoder.alone else PretrainedEncoder(brain.encoder)
    encoder = HistoryEncoder.from_arrays(learned["encoder.npz"], grams, base)
    if base is None and vectors.shape[1:] != (encoder.dim,):
        raise ValueError("the vectors are not the encoder's")
    intents = StackedIntents.from_arrays(learned["intents.npz"], brain.labels, grams)
    return Bundle(
        name=brain.name,
        created=brain.created,
        company=facts.company,
        team=facts.team,
        encoder=encoder,
        intents=intents,
        urgency=OrderedUrgency.from_arrays(learned["urgency.npz"]),
        scope=LearnedScope.from_json(facts.scope),
        several=SeveralIntents.from_json(facts.several),
        choice=TemplateChoice.from_arrays(learned["choice.npz"], facts.choices, grams),
        neighbours=CaseIndex.build([case.id for case in cases], vectors),
        languages=ConfiguredLanguages(facts.company.languages),
        sentences=SpacySentences(),
        entities=CompanyEntities(facts.company),
        cases={case.id: case for case in cases},
        templates=facts.templates,
        skills=facts.skills,
        policy=facts.policy,
        ranking=facts.ranking,
        personal=PersonalIndex.from_arrays(learned["personal.npz"], [case.id for case in cases]),
        profile=facts.profile,
        scores=facts.scores,
    )
