"""Who should answer, by when, and why."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from salver.data.agent import Hours, Team
from salver.data.decision import Assignment, Evidence, Reason, Route, Tray
from salver.data.message import Message
from salver.data.reading import Cleaned, Reading, Screening, Urgency
from salver.pipeline.route import Loads, by_agent, due, precedence, route
from tests.pipeline.small_bundle import NOON, SKILLS, TEAM, a_reading, mail

BERLIN = ZoneInfo("Europe/Berlin")
METER = a_reading({"meter_reading": 0.9})
SLOW = a_reading({"internet_slow": 0.9})


def routed(
    reading: Reading | None = METER,
    message: Message | None = None,
    team: Team = TEAM,
    loads: Loads | None = None,
    now: datetime = NOON,
) -> Assignment:
    message = message or mail("Wie geht das?")
    return route(message, reading, team, by_agent(SKILLS), Loads() if loads is None else loads, now)


def team_with(**changes: dict[str, Any]) -> Team:
    """The team with agents changed by id."""
    return replace(TEAM, agents=tuple(replace(agent, **changes.get(agent.id, {})) for agent in TEAM.agents))


def test_it_goes_to_whom_solves_it_best_and_says_why() -> None:
    one = routed(loads=Loads({"anna": 1}))
    assert (one.agent, one.queue) == ("anna", "billing")
    assert one.because == (
        "solves 93 % (81 to 98 %) of meter_reading in German, from 34 cases; has 1 of 4 open; at work now"
    )
    assert routed(SLOW).agent == "bela"


def test_a_desk_that_fills_up_sends_the_next_to_another() -> None:
    loads = Loads()
    agents = [routed(loads=loads).agent for _ in range(5)]
    assert agents == ["anna", "anna", "anna", "anna", "bela"]
    assert loads.open("anna") == 4


def test_above_capacity_only_when_all_are() -> None:
    assert routed(SLOW, loads=Loads({"bela": 4})).agent == "anna"
    assert routed(SLOW, loads=Loads({"bela": 4, "anna": 4})).agent == "bela"


def test_only_who_speaks_the_language_gets_it() -> None:
    english = a_reading({"internet_slow": 0.9}, lang="en")
    assert routed(english, loads=Loads({"anna": 4})).agent == "cleo"
    italian = routed(a_reading({"internet_slow": 0.9}, lang="it"))
    assert italian.agent
    assert italian.because.startswith("nobody present speaks Italian; ")


def test_who_is_away_gets_nothing() -> None:
    assert routed(team=team_with(anna={"present": False})).agent == "bela"
    nobody = routed(team=replace(TEAM, agents=()))
    assert (nobody.agent, nobody.queue) == ("", "billing")
    assert nobody.because == "nobody is present; it waits for whoever comes first"


def test_who_is_not_at_work_before_it_is_due_comes_last() -> None:
    mondays = (Hours(weekday=0, start=time(8), end=time(12)),)
    one = routed(team=team_with(anna={"hours": mondays}))
    assert one.agent == "bela"


def test_it_says_from_when_the_agent_is_at_work() -> None:
    night = datetime(2026, 3, 4, 5, 0, tzinfo=UTC)
    assert routed(now=night).because.endswith("at work from 08:00")
    friday_evening = datetime(2026, 3, 6, 20, 0, tzinfo=UTC)
    assert routed(now=friday_evening).because.endswith("at work from Monday 08:00")
    assert routed(team=team_with(anna={"hours": ()})).because.endswith("at work now")


def test_an_intent_never_seen_goes_by_what_the_agents_solve_otherwise() -> None:
    one = routed(a_reading({"wallbox": 0.9}))
    assert (one.agent, one.queue) == ("bela", "wallbox")
    assert one.because.startswith("solves 83 % of everything, from 33 cases; ")
    assert routed(a_reading({"wallbox": 0.9}, lang="en"), team=team_with(anna={"present": False})).because.startswith(
        "how well is not known yet, for no case was seen; "
    )


def test_of_equals_the_first_by_id_is_taken() -> None:
    bare = [route(mail("?"), METER, TEAM, {}, Loads(), NOON).agent for _ in range(3)]
    assert bare == ["anna"] * 3


def test_what_is_not_understood_waits_in_the_unclear_queue() -> None:
    outside = a_reading({"meter_reading": 0.9}, scope=0.1, in_scope=False)
    empty = a_reading({"meter_reading": 0.9}, text="")
    for reading in (None, outside, empty):
        assert routed(reading).queue == "unclear"
    assert routed(METER, mail("", media_types=("multipart/encrypted",))).queue == "unclear"


def test_due_is_counted_in_working_hours_in_the_teams_time_zone() -> None:
    friday = datetime(2026, 3, 6, 16, 0, tzinfo=UTC)
    assert due(friday, Urgency.HIGH, TEAM) == datetime(2026, 3, 9, 11, 0, tzinfo=BERLIN)
    assert due(friday, Urgency.NORMAL, TEAM).isoformat() == "2026-03-09T17:00:00+01:00"


def test_what_is_critical_is_due_at_night_too() -> None:
    assert due(datetime(2026, 3, 7, 1, 0, tzinfo=UTC), Urgency.CRITICAL, TEAM) == datetime(2026, 3, 7, 2, 0, tzinfo=UTC)


def test_a_team_without_service_levels_has_the_usual_ones() -> None:
    bare = replace(TEAM, service_levels=())
    dues = [due(NOON, urgency, bare) for urgency in Urgency]
    assert dues == sorted(dues, reverse=True)
    assert dues[Urgency.NORMAL] == datetime(2026, 3, 5, 10, 0, tzinfo=BERLIN)


def test_the_senders_date_counts_when_it_is_earlier_and_can_be_believed() -> None:
    at = {year: NOON.replace(year=year) for year in (1970, 2099)}
    now = routed().due
    assert routed(message=mail("?", date=at[1970])).due == now
    assert routed(message=mail("?", date=at[2099])).due == now
    assert routed(message=mail("?", date=NOON - timedelta(hours=2))).due == now - timedelta(hours=2)
    assert routed(message=mail("?", date=(NOON - timedelta(hours=2)).replace(tzinfo=None))).due < now
    assert routed(message=mail("?", date=NOON, received_at=NOON - timedelta(hours=1))).due < now
    assert routed(message=mail("?", date=datetime.min)).due == now  # noqa: DTZ901


def test_a_queue_begins_with_the_urgent_and_then_with_what_is_due_first() -> None:
    def tray(key: str, urgency: Urgency, hours: int) -> Tray:
        assignment = Assignment(agent="", queue="", due=NOON + timedelta(hours=hours), because="")
        return Tray(
            message=Message(key=key),
            cleaned=Cleaned(text=""),
            screening=Screening(verdict="human", reason="human", because=""),
            reading=a_reading({"a": 1.0}, urgency=urgency),
            decision=Route(reason=Reason.URGENT, because="", evidence=Evidence(bundle=""), assignment=assignment),
        )

    trays = [tray("a", Urgency.LOW, 1), tray("b", Urgency.HIGH, 9), tray("c", Urgency.HIGH, 3)]
    assert [one.message.key for one in sorted(trays, key=precedence)] == ["c", "b", "a"]


@given(
    st.none() | st.builds(a_reading, st.sampled_from([{"meter_reading": 0.9}, {"x": 0.5}])),
    st.dictionaries(st.sampled_from(["anna", "bela", "cleo"]), st.integers(0, 9)),
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_every_message_gets_the_same_present_agent_each_time(
    reading: Reading | None, counts: dict[str, int], now: datetime
) -> None:
    one, other = (routed(reading, loads=Loads(counts), now=now) for _ in range(2))
    assert one == other
    assert one.agent in {"anna", "bela", "cleo"}
    assert one.due > now
    assert one.because
