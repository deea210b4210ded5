"""What messages look like to a bundle: few figures of each, and how they are spread over many."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How one message looks: its likeliest intent with that probability, 0 to 1, and the mean cosine to the nearest
    few cases."""

    intent: str
    probability: float
    cosine: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How often a figure lies under the first of the ascending `edges`, between two of them, at the last or above.

    There is one share more than edges; together the shares are 1.
    """

    edges: tuple[float, ...]
    shares: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.shares) != len(self.edges) + 1 or not all(0 <= one <= 1 for one in self.shares):
            raise ValueError("a spread has one share, 0 to 1, more than edges")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How `messages` looked that the models had not seen. `intents` are all of theirs with their shares."""

    messages: int
    probability: Spread
    cosine: Spread
    intents: tuple[tuple[str, float], ...]
