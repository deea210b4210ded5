"""One trained brain: a folder with a manifest, weights, masked cases, templates, skills, policy and scores.

A bundle is never edited. It is written beside its place, synced, and renamed into it; every file is checked against its
sha256 before a byte of it is used. There is no pickle in it: `.npz` without objects, JSON, and JSON lines.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from salver.data.agent import Skill, Team
from salver.data.answer import Template
from salver.data.case import PastCase
from salver.data.company import Company
from salver.data.errors import BundleError
from salver.data.policy import Policy
from salver.models.ports import Encoder, Entities, Intents, Languages, Neighbours, Scope, Sentences, Urgencies


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Everything that the way of a message needs. `cases` says by id what the neighbours' ids mean."""

    name: str
    created: datetime
    company: Company
    team: Team
    encoder: Encoder
    intents: Intents
    urgency: Urgencies
    scope: Scope
    neighbours: Neighbours
    languages: Languages
    sentences: Sentences
    entities: Entities
    cases: dict[str, PastCase]
    templates: tuple[Template, ...]
    skills: tuple[Skill, ...]
    policy: Policy
    scores: Mapping[str, Any] = field(default_factory=dict)


def load(folder: Path) -> Bundle:
    """Open a bundle. Raises BundleError when it is missing, damaged or of another version."""
    raise BundleError("not yet", where=str(folder))
