"""The sentences above the report's pictures: what each of them shows, from its own figures."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

from salver.data.agent import Skill, Team
from salver.data.gap import Gap
from salver.data.policy import Policy
from salver.pipeline.explain import counted
from salver.serve.approvals import Judged
from salver.serve.report.charts import Curve, Week, spoken
from salver.serve.report.tally import Tally, Waiting

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FEW = 5

GAPS: Mapping[str, str] = {
    "unwritten": "no text for it yet",
    "written_again": "customers write again",
    "contradictory": "answers contradict",
    "stale": "out of date",
}
REASONS: Mapping[str, str] = {
    "recurring": "answered: a proven text fits",
    "audit": "person: an answer to be checked",
    "not_approved": "person: nobody approved the text",
    "bound_expired": "person: bound not held any more",
    "machine": "left: no person wrote it",
    "never_answered": "person: the owner's wish",
    "several_requests": "person: several requests",
    "out_of_scope": "person: nothing known is asked",
    "other_language": "person: another language",
    "urgent": "person: urgent",
    "not_sure": "person: not sure enough",
    "bound_not_shown": "person: bound not shown yet",
    "no_template": "person: no proven text",
    "claims_a_deed": "person: its text claims a deed",
    "perhaps_more": "person: perhaps more is asked",
    "slot_open": "person: a fact is missing",
    "unreadable": "person: unreadable",
    "no_reply_wanted": "person: no machine's reply wanted",
    "may_leak": "person: stopped at the way out",
    "failed": "person: a step failed",
    "sending_off": "person: sending is off",
    "no_address": "person: no address to answer",
    "thread_answered": "person: answered once already",
    "sender_answered": "person: sender answered often",
    "came_at_once": "person: perhaps a machine's reply",
    "fuse_open": "person: the fuse is open",
    "send_failed": "person: not delivered",
    "send_uncertain": "person: delivery uncertain",
    "send_stopped": "person: kept back",
}
"""Words for each reason code, short enough for an axis."""


def about_all(sums: Tally) -> str:
    """What became of all messages."""
    if not sums.total:
        return "Nothing has been decided yet."
    return (
        f"Of {messages(sums.total)}, {sums.kinds['auto_answer']:,} {_were(sums.kinds['auto_answer'])} answered, "
        f"{sums.kinds['route']:,} went to a person, and {sums.kinds['leave']:,} needed nothing."
    )


def about_week(counts: Week, team: Team) -> str:
    """When messages come, and how many while nobody works."""
    total = sum(sum(row) for row in counts)
    day, hour = max(((d, h) for d in range(7) for h in range(24)), key=lambda at: counts[at[0]][at[1]])
    away = sum(counts[d][h] for d in range(7) for h in range(24) if not _at_work(team, d, h))
    most = f"Most messages come on {_DAYS[day]} between {hour}:00 and {hour + 1}:00"
    return f"{most}; {away / total:.0%} arrive outside working hours." if team.hours else f"{most}."


def _at_work(team: Team, day: int, hour: int) -> bool:
    return any(one.weekday == day and one.start <= time(hour) < one.end for one in team.hours)


def about_intents(sums: Tally) -> str:
    """What is asked most."""
    ordered = [(label, counts.total()) for label, counts in sums.by_frequency()]
    total = sum(count for _, count in ordered)
    first, count = ordered[0]
    begin = f"Most ask about {spoken(first)} ({count / total:.0%})"
    if len(ordered) <= _FEW:
        return f"{begin}."
    return f"{begin}; the five most frequent intents make up {sum(one for _, one in ordered[:_FEW]) / total:.0%}."


def about_reasons(sums: Tally) -> str:
    """How much needed no person, and why the rest did."""
    routed = [(reason, count) for (kind, reason), count in sums.reasons.items() if kind == "route"]
    alone = sums.share("auto_answer") + sums.share("leave")
    begin = f"{alone:.0%} needed no person"
    if not routed:
        return f"{begin}."
    reason, count = max(routed, key=lambda one: (one[1], one[0]))
    words = REASONS.get(reason, spoken(reason)).removeprefix("person: ")
    return f"{begin}. What most often called for one: {words} ({count / sum(n for _, n in routed):.0%} of them)."


def about_trust(learned: Curve, checked: Sequence[tuple[float, bool]]) -> str:
    """How far a confidence can be believed."""
    total = sum(n for *_, n in learned)
    off = sum(abs(sure - right) * n for sure, right, n in learned) / total if total else 0.0
    word = "A confidence can be taken at its word" if off <= 0.05 else "Confidences are to be taken with care"
    begin = f"{word}: it is off by {off * 100:.1f} points on average"
    if not checked:
        return f"{begin}."
    right = sum(one for _, one in checked) / len(checked)
    return f"{begin}. Of {messages(len(checked))} with gold labels {right:.1%} got the true intent."


def about_coverage(chosen: Sequence[float] | None, policy: Policy) -> str:
    """How much the chosen threshold answers, and how much of that wrongly."""
    if policy.answer_at is None:
        return "No threshold is proven to keep the bound, so nothing is answered without a person."
    if chosen is None:
        return f"Messages are answered from a confidence of {policy.answer_at:.2f} on."
    answered, wrong, _ = chosen
    return f"At the chosen threshold {answered:.0%} would be answered, {wrong:.1%} of them wrongly."


def widest(cells: Sequence[Skill]) -> tuple[Skill, Skill] | None:
    """The two agents who differ most in one intent and language, of those whose intervals do not overlap."""
    groups: dict[tuple[str, str], list[Skill]] = {}
    for one in cells:
        groups.setdefault((one.intent, one.lang), []).append(one)
    pairs = [(max(some, key=lambda one: one.low), min(some, key=lambda one: one.high)) for some in groups.values()]
    best, worst = max(pairs, key=lambda pair: pair[0].low - pair[1].high, default=(None, None))
    return (best, worst) if best and worst and best.low > worst.high else None


def about_skills(pair: tuple[Skill, Skill] | None, names: Mapping[str, str]) -> str:
    """How two agents differ most."""
    if pair is None:
        return "No difference between agents is larger than chance would make it."
    best, worst = pair
    first, second = names.get(best.agent, best.agent), names.get(worst.agent, worst.agent)
    where = f"{spoken(best.intent)} ({best.lang.upper()})"
    return f"On {where} {first} resolves {best.mean:.0%} at once, {second} {worst.mean:.0%}."


def about_texts(templates: Sequence[Judged], held_up: Mapping[str, int]) -> str:
    """How many texts nobody has approved, and how many messages a person got for that reason alone."""
    waiting = sum(one.state == "waiting" for one in templates)
    if not waiting:
        return ""
    begin = f"{waiting:,} {'text waits' if waiting == 1 else 'texts wait'} for a person to read and approve"
    count = sum(held_up.values())
    if not count:
        return f"{begin}."
    return f"{begin}; {messages(count)} went to a person for want of that alone."


def about_queues(queues: Mapping[str, Waiting], now: datetime) -> str:
    """How many wait, and until when."""
    waiting, late = sum(one.open for one in queues.values()), sum(one.overdue for one in queues.values())
    if not waiting:
        return "No message waits for a person."
    coming = [one.first for one in queues.values() if one.first is not None]
    begin = f"{messages(waiting)} {'waits' if waiting == 1 else 'wait'} in {len(queues):,} {_queues(len(queues))}"
    if late:
        return f"{begin}; {late:,} {'is' if late == 1 else 'are'} past due."
    return f"{begin}; the next is due {moment(min(coming), now)}." if coming else f"{begin}."


def about_figures(scores: Mapping[str, Any]) -> str:
    """What the bundle was worth on messages later than its training."""
    later = scores["later"]["whole"]
    return (
        f"On {messages(later['n'])} later than its training, {later['top1']:.1%} got the true intent first, "
        f"{later['top5']:.1%} among five."
    )


def moment(at: datetime, now: datetime) -> str:
    """A moment in the time zone of `now`, with its day only when that is another."""
    local = at.astimezone(now.tzinfo)
    return f"{local:%H:%M}" if local.date() == now.date() else f"{local:%a %d %b, %H:%M}"


def messages(count: int) -> str:
    """A number of messages, in words."""
    return f"{count:,} message" if count == 1 else f"{count:,} messages"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _queues(count: int) -> str:
    return "queue" if count == 1 else "queues"


def in_minutes(gap: Gap) -> str:
    """What closing a gap would save in a month, with its interval; nothing where it is no matter of minutes."""
    if gap.minutes is None:
        return ""
    likeliest, least, most = gap.minutes
    return f"{likeliest:.0f} ({least:.0f} to {most:.0f})"


def about_gaps(gaps: Sequence[Gap]) -> str:
    """What would be worth writing down, in a sentence."""
    unwritten = [one for one in gaps if one.kind == "unwritten"]
    others = len(gaps) - len(unwritten)
    first = f"{counted(sum(one.volume for one in unwritten), 'request')} recur without a text of their own"
    return f"{first}; {counted(others, 'text')} contradict another, are out of date, or leave customers asking again."


def foremost(gaps: Sequence[Gap], most: int = 4) -> list[Gap]:
    """The first few of each kind, in order."""
    return [one for kind in GAPS for one in [gap for gap in gaps if gap.kind == kind][:most]]
