"""What a person said of a template: whether its text may be sent without anybody looking at it again."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from salver.data.answer import Template, sha256_of


class Verdict(StrEnum):
    """What was said of a text. An edited one waits until somebody approves it."""

    APPROVED = "approved"
    REJECTED = "rejected"
    EDITED = "edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A verdict on a template, bound to its text: `sha256` is that of the text as the bundle has it, in hex.

    `text` is the edited text that stands for it from now on, and that the verdict is about; None where it is the
    bundle's. A bundle that has another text under the same id asks again.
    """

    template: str
    sha256: str
    verdict: Verdict
    by: str
    at: datetime
    text: str | None = None

    @property
    def judged(self) -> str:
        """The sha256 of the text that the verdict is about."""
        return self.sha256 if self.text is None else sha256_of(self.text)


@dataclass(frozen=True, slots=True)
class Approvals:
    """The newest verdict on each template, by its id.

    With `auto` every text counts as approved that nobody has rejected. That is for trying salver out.
    """

    newest: dict[str, Approval] = field(default_factory=dict)
    auto: bool = False

    @classmethod
    def of_all(cls, said: Iterable[Approval], *, auto: bool = False) -> "Approvals":
        """Out of all that was ever said, oldest first."""
        return cls({one.template: one for one in said}, auto)

    def of(self, template: Template) -> Approval | None:
        """What was said last of a template as the bundle has it; None where that was of another text."""
        one = self.newest.get(template.id)
        return one if one and one.sha256 == template.sha256 else None

    def edited(self, template: Template) -> Template:
        """The template with the text that stands for it: its own, or an edited one."""
        one = self.of(template)
        if one is None or one.text is None:
            return template
        slots = tuple(slot for slot in template.slots if f"{{{slot}}}" in one.text)
        return replace(template, text=one.text, slots=slots)

    def verdict_on(self, template: str, sha256: str) -> Approval | None:
        """What was said last of exactly this text of a template."""
        one = self.newest.get(template)
        return one if one and one.judged == sha256 else None

    def allows(self, template: str, sha256: str) -> bool:
        """Whether exactly this text of a template may be sent without a person."""
        one = self.verdict_on(template, sha256)
        verdict = one.verdict if one else None
        return verdict is not Verdict.REJECTED if self.auto else verdict is Verdict.APPROVED


EVERY_TEXT = Approvals(auto=True)
"""For trials and measurements: nobody has read a text, and all are sent."""
