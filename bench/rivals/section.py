"""What the page says of a comparison: a table, and below it what was run of each."""

from bench.page import origin, table
from bench.rivals.contest import RIVALS
from bench.rivals.trial import Figures, Job

_HEAD = ("", "top-1", "top-5", "training, s", "texts/s", "one text, ms", "memory, MB", "on disk, MB")
_LEGEND = """All learn from the same rows and read the same others, one after the other, each in a process of its own.
In brackets: times salver's figure of this run.

- top-5: the right intent is among the five likeliest
- training: without what importing takes
- texts/s: read as a batch; one text: the median of texts read one by one, none of them read before
- memory: the peak of the process and all that it starts, with what it imports
- on disk: what must be kept to read"""


def section(job: Job, results: dict[str, Figures], *, about: str, command: str, encoder: str) -> str:
    """In Markdown; `results` by the rivals' names, in order, each with figures or with the reason for having none."""
    intents = len({row["intent"] for row in job.train})
    data = f"Data: {about}; {len(job.train):,} rows of {intents} intents to learn from, {len(job.test):,} to read"
    title = {rival.name: rival.title.format(encoder=encoder) for rival in RIVALS}
    ours = results.get(RIVALS[0].name, {})
    rows = [_row(title[name], one, {} if one is ours else ours) for name, one in results.items()]
    notes = [f"- {title[name]}: {_note(one)}" for name, one in results.items()]
    parts = [
        f"## Side by side: {about}",
        origin(command, data),
        _LEGEND,
        table(_HEAD, rows),
        "\n".join(["What was run:", "", *notes]),
    ]
    return "\n\n".join(parts)


def _row(title: str, one: Figures, ours: Figures) -> list[str]:
    if "not_run" in one:
        return [title, "not run", *[""] * (len(_HEAD) - 2)]
    shares = [f"{one['top1']:.3f}", f"{one['top5']:.3f}"]
    timed = [_beside(one, ours, key) for key in ("train_s", "predict_per_s", "single_ms")]
    return [title, *shares, *timed, f"{one['peak_mb']:,.0f}", _short(one["disk_mb"])]


def _beside(one: Figures, ours: Figures, key: str) -> str:
    """A figure, and how many times ours it is."""
    times = f" (×{_short(one[key] / ours[key])})" if ours.get(key) else ""
    return _short(one[key]) + times


def _short(value: float) -> str:
    """Three figures that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"


def _note(one: Figures) -> str:
    if "not_run" in one:
        return f"not run: {one['not_run']}."
    versions = ", ".join(f"{name} {version}" for name, version in one["versions"].items())
    return f"{one['told']}. ({versions})"
