"""The report is one file that says in sentences and pictures what the figures are."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from salver.data.agent import Skill
from salver.data.decision import Reason
from salver.data.errors import Fault, StoreError
from salver.data.reading import Urgency
from salver.data.record import QueueEntry
from salver.data.standing import Standing, State
from salver.data.store import Store
from salver.models.bundle import Bundle
from salver.serve.approvals import judged
from salver.serve.report import charts, findings
from salver.serve.report.page import page, write
from salver.serve.report.tally import curve, tally
from tests.pipeline.small_bundle import NOON, TEAM, small_bundle
from tests.serve.office import approve_all

WEEK = [[0] * 24 for _ in range(7)]
WEEK[2][10], WEEK[2][20], WEEK[6][9] = 6, 3, 1
LATER = {
    "whole": {"n": 40, "top1": 0.9, "top5": 0.975, "macro_f1": 0.8, "ece": 0.02},
    "by_lang": {"de": {"n": 25, "top1": 0.88, "top5": 1.0}, "en": {"n": 15, "top1": 0.9333, "top5": 0.9333}},
    "by_intent": {"meter_reading": {"n": 12, "macro_f1": 0.75}, "complaint": {"n": 2, "macro_f1": 0.1}},
    "confused": [{"truth": "meter_reading", "found": "complaint", "n": 3, "share": 0.25}],
}
SCORES: dict[str, Any] = {
    "later": LATER,
    "reliability": [[0.55, 0.5, 20], [0.95, 0.97, 60]],
    "coverage": [[0.2, 0.0, 0.9], [0.45, 0.012, 0.5], [0.9, 0.2, 0.1]],
    "volumes": {"weekday_hour": WEEK, "by_intent": {"meter_reading": 8, "complaint": 2}},
}


def a_bundle(**changed: Any) -> Bundle:
    return replace(small_bundle(), **({"scores": SCORES} | changed))


def line(number: int, decision: str, reason: str, **more: Any) -> dict[str, Any]:
    known = {"id": f"{number:032x}", "message_id": f"<{number}@x.example>", "decision": decision, "reason": reason}
    nothing = dict.fromkeys(("intent", "probability", "lang", "queue", "agent", "due"))
    return nothing | known | more


def some_lines() -> list[dict[str, Any]]:
    late, soon = NOON - timedelta(hours=1), NOON + timedelta(hours=2)
    asked = {"intent": "meter_reading", "probability": 0.97, "lang": "de"}
    return [
        line(1, "auto_answer", "recurring", **asked),
        line(2, "leave", "machine"),
        line(3, "route", "not_sure", **asked, queue="billing", agent="anna", due=late.isoformat()),
        line(4, "route", "not_sure", **asked | {"lang": "en"}, queue="billing", agent="bela", due=soon.isoformat()),
        line(5, "route", "urgent", **asked | {"intent": "complaint"}, queue="front", agent="", due=soon.isoformat()),
    ]


class _Remote(HTMLParser):
    """Collects whatever a page would load or open from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            local = not value or value.startswith(("#", "data:"))
            if name in ("src", "href", "xlink:href", "srcset", "action", "poster", "data") and not local:
                self.found.append(f"{tag} {name}={value}")


def test_the_page_is_one_small_file_that_loads_nothing_from_elsewhere() -> None:
    text = page(some_lines(), a_bundle(), now=NOON)
    looked = _Remote()
    looked.feed(text)
    assert looked.found == []
    assert not {"script", "iframe", "object", "img"} & looked.tags
    assert "http" not in re.sub(r"http-equiv", "", text)
    assert "@import" not in text
    assert set(re.findall(r"url\(#([\w-]+)\)", text)) <= set(re.findall(r'id="([\w-]+)"', text))
    assert "default-src 'none'" in text
    assert len(text.encode()) < 1_500_000


def test_every_picture_stands_under_a_sentence() -> None:
    text = page(some_lines(), a_bundle(), now=NOON)
    told = re.findall(r'<section id="(\w+)">\s*<h2>[^<]+</h2>\s*<p>([^<]+)</p>', text)
    assert dict(told) == {
        "week": "Most messages come on Wednesday between 10:00 and 11:00; 40% arrive outside working hours.",
        "intents": "Most ask about meter reading (75%).",
        "reasons": "40% needed no person. What most often called for one: not sure enough (67% of them).",
        "reliability": "A confidence can be taken at its word: it is off by 2.8 points on average.",
        "coverage": "At the chosen threshold 45% would be answered, 1.2% of them wrongly.",
        "figures": "On 40 messages later than its training, 90.0% got the true intent first, 97.5% among five.",
        "skills": "On internet slow (DE) Béla Nagy resolves 90% at once, Anna Ott 55%.",
        "queues": "3 messages wait in 2 queues; 1 is past due.",
    }
    assert text.count("<svg") == 6


def test_the_bound_stands_there_in_its_own_words() -> None:
    assert "Of 200 checked answers none was wrong." in page(some_lines(), a_bundle(), now=NOON)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (State.HELD, "The error bound is held. Of 9 none was wrong."),
        (State.BROKEN, "The error bound is broken: answers are only suggested. Of 9 none was wrong."),
        (State.EXPIRED, "The error bound is expired: answers are only suggested. Of 9 none was wrong."),
        (State.DRIFTED, "The error bound is drifted: answers are only suggested. Of 9 none was wrong."),
    ],
)
def test_under_it_stands_how_it_stands_by_now(state: State, told: str) -> None:
    standing = Standing(state=state, because="Of 9 none was wrong.")
    assert told in page(some_lines(), a_bundle(), now=NOON, standing=standing)


def test_a_bound_that_was_never_shown_is_told_once() -> None:
    bundle = replace(a_bundle(), policy=replace(a_bundle().policy, answer_at=None))
    text = page(some_lines(), bundle, now=NOON, standing=Standing(state=State.NOT_SHOWN, because=bundle.policy.because))
    assert text.count(bundle.policy.because) == 1


def test_a_table_has_what_waits_first_due_first_in_the_teams_time() -> None:
    text = page(some_lines(), a_bundle(), now=NOON)
    text = text[text.index('id="queues"') :]
    rows = re.findall(
        r'<tr><td>([^<]+)</td><td class="n">(\d+)</td><td class="n[^"]*">([^<]+)</td><td class="n">([^<]+)', text
    )
    assert rows[:2] == [("billing", "2", "1", "11:00"), ("front", "1", "–", "14:00")]
    assert rows[2:] == [
        ("Anna Ott", "1", "1", "11:00"),
        ("nobody fits", "1", "–", "14:00"),
        ("Béla Nagy", "1", "–", "14:00"),
    ]


def test_what_was_answered_meanwhile_does_not_wait() -> None:
    left = QueueEntry(message="0" * 32, agent="anna", queue="billing", urgency=Urgency.HIGH, due=None)
    text = page(some_lines(), a_bundle(), now=NOON, waiting=[left])
    assert "1 message waits in 1 queue." in text
    assert "No message waits for a person." in page(some_lines(), a_bundle(), now=NOON, waiting=[])


def test_what_was_never_seen_often_enough_is_not_called_the_worst() -> None:
    text = page([], a_bundle(), now=NOON)
    assert re.search(r"<td>meter reading</td><td class=\"n\">12</td><td class=\"n\">0.75</td>", text)
    assert '<td>complaint</td><td class="n">2</td>' not in text
    assert '<td>meter reading</td><td>complaint</td><td class="n">3</td><td class="n">25%</td>' in text


def test_gold_labels_are_set_against_confidence_by_message_id() -> None:
    truth = {"<1@x.example>": "meter_reading", "3@x.example": "complaint", "<99@x.example>": "complaint"}
    text = page(some_lines(), a_bundle(), now=NOON, truth=truth)
    assert "Of 2 messages with gold labels 50.0% got the true intent." in text
    assert "by gold labels" in text


def test_a_new_bundle_without_scores_or_decisions_still_has_a_page() -> None:
    text = page([], a_bundle(scores={}, skills=()), now=NOON)
    assert "Nothing has been decided yet." in text
    assert "No message waits for a person." in text
    assert "<svg" not in text


def test_what_customers_or_archives_name_cannot_become_markup() -> None:
    evil = "</text><script>alert(1)</script>$x$\x07"
    skill = Skill(agent=evil, intent=evil, lang="de", mean=0.5, low=0.4, high=0.6, cases=9)
    lines = [line(1, "route", evil, intent=evil, probability=0.5, lang=evil, queue=evil, agent=evil)]
    fault = Fault(source=evil, line=1, what="\udcff is no text.")
    text = page(lines, a_bundle(name=evil, skills=(skill,)), now=NOON, faults=[fault])
    looked = _Remote()
    looked.feed(text)
    assert "script" not in looked.tags
    assert "&lt;script&gt;" in text


def test_faults_are_listed_and_many_are_counted() -> None:
    faults = [
        Fault(source="a.mbox", line=n, what="It ends in the middle.", todo="Export it again.") for n in range(130)
    ]
    text = page([], a_bundle(), now=NOON, faults=faults)
    assert "130 things were wrong with the sources; everything else went on." in text
    assert "a.mbox:7: It ends in the middle. Export it again." in text
    assert "And 30 more." in text


def test_the_same_figures_give_the_same_page() -> None:
    assert page(some_lines(), a_bundle(), now=NOON) == page(some_lines(), a_bundle(), now=NOON)


def test_a_page_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    out = tmp_path / "new" / "report.html"
    write("a page \udcff", out)
    assert out.read_bytes() == b"a page ?"
    assert [one.name for one in out.parent.iterdir()] == ["report.html"]


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(
        StoreError, match=r"the report cannot be written \(File exists\). Name another place with --out."
    ):
        write("a page", tmp_path / "file" / "report.html")


def test_every_reason_has_words() -> None:
    assert set(findings.REASONS) == {one.value for one in Reason}


def test_a_threshold_between_two_points_is_not_read_from_the_laxer_one() -> None:
    points = [[0.2, 0.0, 0.9], [0.45, 0.012, 0.5], [0.9, 0.2, 0.1]]
    assert charts.chosen(points, 0.5) == [0.45, 0.012, 0.5]
    assert charts.chosen(points, 0.49) == [0.45, 0.012, 0.5]
    assert charts.chosen(points, 0.95) is None
    assert charts.chosen(points, None) is None


def test_a_curve_has_a_point_for_each_tenth_that_holds_any() -> None:
    assert curve([(0.91, True), (0.99, False), (1.0, True), (0.1, False)]) == [
        (0.1, 0.0, 1.0),
        (pytest.approx(2.9 / 3), pytest.approx(2 / 3), 3.0),
    ]


def test_counting_needs_one_pass_over_a_stream() -> None:
    sums = tally(iter(some_lines()), NOON)
    assert (sums.total, sums.kinds["route"], sums.share("auto_answer"), sums.languages) == (5, 3, 0.2, ("de", "en"))


def test_differences_that_chance_could_make_are_not_called_differences() -> None:
    def skill(agent: str, intent: str, mean: float, off: float) -> Skill:
        return Skill(agent=agent, intent=intent, lang="de", mean=mean, low=mean - off, high=mean + off, cases=3)

    near = [skill("a", "x", 0.5, 0.2), skill("b", "x", 0.8, 0.2)]
    assert findings.widest(near) is None
    assert findings.widest([]) is None
    assert findings.about_skills(None, {}) == "No difference between agents is larger than chance would make it."
    apart = skill("a", "y", 0.5, 0.05), skill("b", "y", 0.8, 0.05)
    assert findings.widest([*near, *apart]) == apart[::-1]


def test_the_intent_in_which_agents_differ_most_is_drawn_however_rare() -> None:
    often = [Skill(agent="a", intent=f"i{n}", lang="de", mean=0.5, low=0.1, high=0.9, cases=99) for n in range(8)]
    rare = [
        Skill(agent=a, intent="rare one", lang="de", mean=m, low=m, high=m, cases=2)
        for a, m in (("a", 0.2), ("b", 0.8))
    ]
    text = page([], a_bundle(skills=(*often, *rare)), now=NOON)
    assert "On rare one (DE) b resolves 80% at once, a 20%." in text
    assert text.count(">rare one</text>") == 1


def test_a_moment_of_another_day_has_its_day() -> None:
    berlin = timezone(timedelta(hours=1))
    now = datetime(2026, 3, 4, 12, tzinfo=berlin)
    assert findings.moment(datetime(2026, 3, 4, 15, 30, tzinfo=UTC), now) == "16:30"
    assert findings.moment(datetime(2026, 3, 5, 7, tzinfo=UTC), now) == "Thu 05 Mar, 08:00"


def test_an_hour_at_which_the_company_closes_is_outside() -> None:
    week = [[0] * 24 for _ in range(7)]
    week[0][17], week[0][18] = 1, 1  # it closes at 18:00
    assert findings.about_week(week, TEAM).endswith("50% arrive outside working hours.")


def test_texts_that_nobody_has_approved_are_listed_with_the_messages_that_wait_for_it(tmp_path: Path) -> None:
    bundle = a_bundle()
    held_up = [line(n, "route", "not_approved", suggestions=[{"template": "t-slow", "text": "x"}]) for n in (1, 2)]
    with Store.open(f"{tmp_path}/store.db") as store:
        known = judged(bundle.templates, store)
        text = page(held_up, bundle, now=NOON, templates=known)
        assert "4 texts wait for a person to read and approve; 2 messages went to a person for want of that" in text
        assert text.index("salver templates show t-slow") < text.index("salver templates show t-how")
        approve_all(store, bundle.templates)
        assert 'id="texts"' not in page(held_up, bundle, now=NOON, templates=judged(bundle.templates, store))
