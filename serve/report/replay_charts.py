"""The pictures of a replay, in the manner of the report's."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl

from salver.serve.report.charts import ACCENT, HALF, INK, LINE, LOOK, MUTED, SOFT, WIDE, sheet, spoken, svg_of
from salver.training.played import Outcome, Waiting

_HOUR = 3600
_TICKS = ((1 / 60, "1 min"), (1, "1 h"), (8, "8 h"), (24, "1 day"), (72, "3 days"), (168, "1 week"), (720, "30 days"))


def bounds(lines: Sequence[Outcome]) -> str:
    """A row a bound: the share answered, and beside it the share wrong with its interval and what is allowed."""
    with mpl.rc_context(LOOK):
        figure, _ = sheet(WIDE, 0.75 + 0.42 * len(lines))
        figure.clear()
        left, right = figure.subplots(1, 2, sharey=True, gridspec_kw={"width_ratios": [1, 1.15]})
        for row, one in enumerate(lines):
            left.barh(row, one.share, height=0.5, color=ACCENT, linewidth=0)
            left.annotate(
                f"{one.share:.1%}", (one.share, row), (5, 0), textcoords="offset points", va="center", color=MUTED
            )
            right.plot([one.max_error] * 2, [row - 0.32, row + 0.32], color=INK, linewidth=1.2)
            if one.answered:
                right.plot([one.low, one.high], [row, row], color=ACCENT, linewidth=1.6, alpha=0.5)
                right.scatter([one.error], [row], s=34, color=ACCENT, linewidths=0, zorder=3)
        left.set(ylim=(len(lines) - 0.4, -0.6), xlim=(0, max(max(one.share for one in lines), 0.02) * 1.25))
        left.set_yticks(range(len(lines)), [f"{100 * one.max_error:g}% allowed" for one in lines])
        left.set_xlabel("share answered")
        right.set_xlabel("share wrong, with its 95% interval")
        most = max([one.max_error for one in lines] + [one.high for one in lines if one.answered])
        right.set(xlim=(0, most * 1.1))
        for axes in (left, right):
            axes.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
            axes.locator_params(axis="x", nbins=5)
            axes.spines[["left"]].set_visible(False)
        return svg_of(figure, "bounds", "Share answered and share wrong at each bound")


def months(rows: Sequence[tuple[str, int, int, int]]) -> str:
    """A bar a month: `(name, right, wrong, to a person)`."""
    with mpl.rc_context(LOOK):
        figure, axes = sheet(WIDE, 2.6)
        for place, (_, right, wrong, person) in enumerate(rows):
            axes.bar(place, right, width=0.7, color=ACCENT, linewidth=0)
            axes.bar(place, wrong, width=0.7, bottom=right, color=INK, linewidth=0)
            axes.bar(place, person, width=0.7, bottom=right + wrong, color=SOFT, linewidth=0)
        axes.set_xticks(range(len(rows)), [name for name, *_ in rows])
        axes.tick_params(axis="y", labelcolor=MUTED)
        axes.spines[["left"]].set_visible(False)
        return svg_of(figure, "months", "Messages a month, answered and brought to a person")


def waiting(times: Waiting) -> str:
    """The share of customers that had an answer after so long, then and now; time grows by factors."""
    shares = [(at + 1) / 100 for at in range(len(times.then))]
    with mpl.rc_context(LOOK):
        figure, axes = sheet(HALF * 1.25, 3.1)
        for hours, colour in ((times.then, MUTED), (times.now, ACCENT)):
            axes.plot([max(one / _HOUR, 1 / 60) for one in hours], shares, color=colour, linewidth=1.6)
        axes.set_xscale("log")
        longest = max(times.then[-1] / _HOUR, 1.5)
        axes.set(xlim=(1 / 60, longest), ylim=(0, 1.02), ylabel="share that had an answer")
        ticks = [(at, name) for at, name in _TICKS if at <= longest]
        axes.set_xticks([at for at, _ in ticks], [name for _, name in ticks])
        axes.set_xticks([], minor=True)
        axes.set_yticks((0, 0.25, 0.5, 0.75, 1), ("0%", "25%", "50%", "75%", "100%"))
        axes.tick_params(axis="y", labelcolor=MUTED)
        axes.axhline(0.5, color=LINE, linewidth=0.8)
        return svg_of(figure, "waiting", "How soon customers had an answer, then and now")


def agents(rows: Sequence[tuple[str, int, int]], names: Mapping[str, str]) -> str:
    """A row an agent: how many messages would have come, and as an upright stroke how many that one answered."""
    with mpl.rc_context(LOOK):
        figure, axes = sheet(WIDE, 0.5 + 0.28 * max(len(rows), 2))
        for place, (_, would, did) in enumerate(rows):
            axes.barh(place, would, height=0.6, color=ACCENT, linewidth=0)
            axes.plot([did, did], [place - 0.4, place + 0.4], color=INK, linewidth=1.2)
            axes.annotate(
                f"{would:,}", (max(would, did), place), (5, 0), textcoords="offset points", va="center", color=MUTED
            )
        axes.set(ylim=(len(rows) - 0.4, -0.6), xlim=(0, None))
        axes.set_yticks(range(len(rows)), [spoken(names.get(agent, agent) or "nobody") for agent, *_ in rows])
        axes.xaxis.set_visible(False)
        axes.spines[["bottom", "left"]].set_visible(False)
        return svg_of(figure, "agents", "Messages by agent")
