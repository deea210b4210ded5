"""The report's pictures, as SVG that stands inside a page. The only file that touches matplotlib.

Colours are written as the page's own variables, so that a picture turns dark with it; texts stay texts in the page's
type. Nothing in a picture refers to anything outside it.
"""

import io
import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from salver.data.agent import Skill
from salver.data.errors import SettingsError

try:
    import matplotlib as mpl
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle
except ImportError as error:
    missing = "The report's pictures need matplotlib, which is not installed"
    raise SettingsError(missing, todo='Install it with: pip install "salver[training]"') from error

Week = Sequence[Sequence[float]]
"""7 rows of 24 counts; the first row is Monday."""
Curve = Sequence[Sequence[float]]

INK, MUTED, LINE, ACCENT, SOFT, GROUND = "#111112", "#717273", "#d9dadb", "#0f6b5d", "#b4b5b6", "#fefefd"
_VARIABLES = {
    INK: "var(--ink)",
    MUTED: "var(--muted)",
    LINE: "var(--line)",
    ACCENT: "var(--accent)",
    SOFT: "var(--soft)",
    GROUND: "var(--ground)",
}
LOOK: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "salver",
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.labelcolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "legend.frameon": False,
}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WIDE, HALF = 8.8, 4.3
_FEW = 5


def week(counts: Week) -> str:
    """When messages come: a field an hour of the week, the darker the more."""
    most = max((one for row in counts for one in row), default=0) or 1
    with mpl.rc_context(LOOK):
        figure, axes = sheet(WIDE, 2.5)
        for day, row in enumerate(counts):
            for hour, count in enumerate(row):
                _field(axes, hour, day, float(count) / most)
                if count:
                    colour = GROUND if count / most > 0.55 else INK
                    axes.text(hour + 0.5, day + 0.52, f"{count:g}", ha="center", va="center", size=7, color=colour)
        axes.set(xlim=(0, 24), ylim=(7, 0))
        axes.set_xticks([hour + 0.5 for hour in range(0, 24, 3)], [f"{hour}:00" for hour in range(0, 24, 3)])
        axes.set_yticks([day + 0.5 for day in range(7)], list(_DAYS))
        axes.spines[:].set_visible(False)
        return svg_of(figure, "week", "Messages by weekday and hour")


def _field(axes: Axes, hour: int, day: int, share: float) -> None:
    square = Rectangle((hour + 0.04, day + 0.05), 0.92, 0.9, linewidth=0)
    square.set(facecolor=ACCENT if share else LINE, alpha=0.08 + 0.92 * share if share else 0.35)
    axes.add_patch(square)


def bars(
    rows: Sequence[tuple[str, Mapping[str, int]]], langs: Sequence[str], usual: Mapping[str, float], name: str
) -> str:
    """Counts a label, a piece of the bar a language; `usual` is the count to expect, drawn as a tick."""
    shades = (ACCENT, SOFT, MUTED, LINE)
    with mpl.rc_context(LOOK):
        figure, axes = sheet(WIDE, 0.5 + 0.235 * max(len(rows), 2))
        for place, (label, counts) in enumerate(rows):
            start = 0
            for lang, shade in zip(langs, shades, strict=False):
                axes.barh(place, counts.get(lang, 0), left=start, height=0.66, color=shade, linewidth=0)
                start += counts.get(lang, 0)
            if label in usual:
                axes.plot([usual[label]] * 2, [place - 0.42, place + 0.42], color=INK, linewidth=1.2)
            _count(axes, max(start, usual.get(label, 0)), place, start)
        axes.set(ylim=(len(rows) - 0.4, -0.6), xlim=(0, None))
        axes.set_yticks(range(len(rows)), [spoken(label) for label, _ in rows])
        axes.xaxis.set_visible(False)
        axes.spines[["bottom", "left"]].set_visible(False)
        return svg_of(figure, name, "Messages by intent and language")


def _count(axes: Axes, end: float, place: float, count: int) -> None:
    axes.annotate(f"{count:,}", (end, place), (5, 0), textcoords="offset points", va="center", color=MUTED, size=8.5)


def reasons(rows: Sequence[tuple[str, int, bool]]) -> str:
    """Counts a reason; what needed no person is in the accent colour."""
    with mpl.rc_context(LOOK):
        figure, axes = sheet(WIDE, 0.35 + 0.27 * max(len(rows), 2))
        for place, (_, count, machine) in enumerate(rows):
            axes.barh(place, count, height=0.66, color=ACCENT if machine else SOFT, linewidth=0)
            _count(axes, count, place, count)
        axes.set(ylim=(len(rows) - 0.4, -0.6), xlim=(0, max(count for _, count, _ in rows) * 1.08))
        axes.set_yticks(range(len(rows)), [spoken(label) for label, _, _ in rows])
        axes.xaxis.set_visible(False)
        axes.spines[["bottom", "left"]].set_visible(False)
        return svg_of(figure, "reasons", "Messages by decision and reason")


def reliability(learned: Curve, checked: Curve = ()) -> str:
    """Confidence against truth: `[mean confidence, share right, n]` a point; `checked` is what gold labels showed."""
    with mpl.rc_context(LOOK):
        figure, axes = sheet(HALF, 3.5)
        axes.plot([0, 1], [0, 1], color=LINE, linewidth=1)
        _points(axes, learned, ACCENT)
        _points(axes, checked, MUTED)
        axes.set(xlim=(0, 1.04), ylim=(0, 1.04), xlabel="confidence", ylabel="share right")
        _percent(axes, (0, 0.25, 0.5, 0.75, 1), (0, 0.25, 0.5, 0.75, 1))
        return svg_of(figure, "reliability", "Confidence against the share that was right")


def _points(axes: Axes, curve: Curve, colour: str) -> None:
    """Dots as large as they stand for many; the line leaves out those that stand for fewer than five."""
    most = max((n for *_, n in curve), default=1) or 1
    often = [one for one in curve if one[2] >= _FEW]
    axes.plot([one[0] for one in often], [one[1] for one in often], color=colour, linewidth=1, alpha=0.5)
    sizes = [6 + 60 * n / most for *_, n in curve]
    axes.scatter([one[0] for one in curve], [one[1] for one in curve], s=sizes, color=colour, linewidths=0, zorder=3)


def coverage(points: Curve, at: float | None, most: float) -> str:
    """Share wrong against share answered, `[answered, wrong, threshold]` a point; the chosen threshold and bound."""
    with mpl.rc_context(LOOK):
        figure, axes = sheet(HALF, 3.5)
        axes.plot([one[0] for one in points], [one[1] for one in points], color=ACCENT, linewidth=1.6)
        top = max([one[1] for one in points] + [most * 2.5]) * 1.1
        axes.axhline(most, color=MUTED, linewidth=0.9, dashes=(4, 3))
        axes.annotate(f"allowed {most:.1%}", (0, most), (4, 5), textcoords="offset points", size=8, color=MUTED)
        best = chosen(points, at)
        if best:
            axes.plot([best[0]] * 2, [0, best[1]], color=ACCENT, linewidth=0.8)
            axes.scatter([best[0]], [best[1]], s=60, color=ACCENT, linewidths=0, zorder=3)
            side = (8, "left") if best[0] < 0.7 else (-8, "right")
            words = f"from {at:.2f} on"
            axes.annotate(
                words, (best[0], best[1]), (side[0], -9), textcoords="offset points", ha=side[1], va="top", size=8.5
            )
        axes.set(xlim=(0, 1.04), ylim=(-top * 0.04, top), xlabel="share answered", ylabel="share wrong")
        _percent(axes, (0, 0.25, 0.5, 0.75, 1), [one for one in axes.get_yticks() if 0 <= one <= top])
        return svg_of(figure, "coverage", "Share wrong against share answered")


def chosen(points: Curve, at: float | None) -> Sequence[float] | None:
    """The point of the chosen threshold: the laxest that is not laxer."""
    above = [one for one in points if at is not None and one[2] >= at]
    return max(above, key=lambda one: one[0], default=None)


def skills(
    cells: Sequence[Skill],
    intents: Sequence[str],
    agents: Sequence[str],
    langs: Sequence[str],
    names: Mapping[str, str],
) -> str:
    """A panel an intent, a row an agent: a dot for the chance that a first answer resolves it, a line for its 90 %."""
    columns = 3
    lines = -(-len(intents) // columns)
    with mpl.rc_context(LOOK):
        figure = Figure(figsize=(WIDE, lines * (0.62 + 0.22 * len(agents))), layout="constrained")
        figure.set_layout_engine("constrained", h_pad=0.11, w_pad=0.08)
        panels = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False)
        start = max(0.0, min((one.low for one in cells if one.intent in intents), default=0.0) - 0.04)
        for panel, intent in zip(panels.flat, intents, strict=False):
            _skill_panel(panel, [one for one in cells if one.intent == intent], agents, langs)
            panel.set_title(spoken(intent), size=9, color=INK, loc="left", weight="bold")
            panel.set(xlim=(start, 1.02), ylim=(len(agents) - 0.4, -0.6))
            panel.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
            panel.locator_params(axis="x", nbins=4)
        for panel in panels.flat[len(intents) :]:
            panel.set_visible(False)
        panels[0][0].set_yticks(range(len(agents)), [spoken(names.get(one, one)) for one in agents])
        return svg_of(figure, "skills", "How well each agent resolves the most frequent intents")


def _skill_panel(panel: Axes, cells: Sequence[Skill], agents: Sequence[str], langs: Sequence[str]) -> None:
    panel.spines[["left"]].set_visible(False)
    for row in range(len(agents)):
        panel.axhline(row, color=LINE, linewidth=0.5)
    for one in cells:
        if one.agent in agents and one.lang in langs[:2]:
            first = one.lang == langs[0]
            colour, place = (ACCENT if first else MUTED), agents.index(one.agent) + (-0.15 if first else 0.15)
            panel.plot([one.low, one.high], [place, place], color=colour, linewidth=1.4, alpha=0.5)
            panel.scatter([one.mean], [place], s=18, color=colour, linewidths=0, zorder=3)


def spoken(label: str) -> str:
    """A label as words, short enough for an axis."""
    words = "".join(filter(str.isprintable, label.replace("_", " ")))
    return words if len(words) <= 32 else words[:31] + "…"


def sheet(width: float, height: float) -> tuple[Figure, Axes]:
    """An empty picture, sizes in inches."""
    return (figure := Figure(figsize=(width, height), layout="constrained")), figure.subplots()


def _percent(axes: Axes, x: Sequence[float], y: Sequence[float]) -> None:
    axes.set_xticks(x, [f"{one:.0%}" for one in x])
    digits = 0 if max(y, default=1) > 0.1 else 1
    axes.set_yticks(y, [f"{one:.{digits}%}" for one in y])
    axes.tick_params(axis="y", labelcolor=MUTED)


def svg_of(figure: Figure, name: str, words: str) -> str:
    """A picture as SVG for a page; `name` keeps its parts apart from those of others, `words` say what it shows."""
    out = io.StringIO()
    nothing: dict[str, Any] = {"Date": None, "Creator": None, "Format": None, "Type": None}
    with warnings.catch_warnings():  # the browser draws the texts, in fonts that know more scripts
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure.savefig(out, format="svg", metadata=nothing)
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->|<style.*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(r' xmlns(:xlink)?="[^"]*"', "", text).replace("xlink:href", "href")
    text = re.sub(r'( id="|url\(#| href="#)', rf"\1{name}-", text)
    for colour, variable in _VARIABLES.items():
        text = text.replace(colour, variable)
    text = re.sub(
        r"font-family: [^;\"]*;? ?", "", re.sub(r"font: ([^;\"]*?)([\d.]+px) [^;\"]*", r"font: \1\2 var(--type)", text)
    )
    return re.sub(r'<svg [^>]*?(viewBox="[^"]*")[^>]*>', rf'<svg \1 role="img" aria-label="{words}">', text, count=1)
