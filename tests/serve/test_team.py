from datetime import date, time, timedelta
from pathlib import Path

import pytest

from salver.data.errors import SettingsError
from salver.data.reading import Urgency
from salver.serve.team import read_team

SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "agents.toml"
AGENT = '[[agent]]\nid = "mara"\nlanguages = ["de"]\n'


def read(tmp_path, toml):
    file = tmp_path / "agents.toml"
    file.write_text(toml, encoding="utf-8")
    return read_team(file)


def test_the_sample_team_can_be_read():
    team = read_team(SAMPLE)
    assert team.timezone == "Europe/Berlin"
    assert len(team.agents) == 8
    assert date(2026, 1, 1) in team.holidays
    assert dict(team.queues)["refund"] == "billing"
    critical = team.service_levels[-1]
    assert (critical.urgency, critical.first_answer, critical.around_the_clock) == (
        Urgency.CRITICAL,
        timedelta(hours=1),
        True,
    )


def test_an_agent_without_more_has_the_hours_of_the_company(tmp_path):
    team = read(tmp_path, f'[hours]\nmon = ["13:00-18:00", "08:00-12:00"]\nsun = "0:00-24:00"\n{AGENT}')
    (agent,) = team.agents
    assert (agent.name, agent.capacity, agent.present) == ("mara", 20, True)
    assert [(hours.weekday, hours.start, hours.end) for hours in agent.hours] == [
        (0, time(8), time(12)),
        (0, time(13), time(18)),
        (6, time(0), time.max),
    ]


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("timezone = 'UTC'", ": There is no agent. Add one:"),
        ("agents = []", ": There is no setting agents. Did you mean agent?"),
        ("[[agent]]\nid = 'a'", ": agent a has no languages. Add it."),
        ("[[agent]]\nname = 'a'", ": agent 1 has no id. Add it."),
        (AGENT + AGENT, ": There are two agents mara. Give each agent an id of its own."),
        (AGENT + "capasity = 3", ", agent mara: There is no setting capasity. Did you mean capacity?"),
        (
            AGENT + "capacity = -1",
            ": agent mara: capacity must be a whole number from 0 to 100000, not -1. Correct it.",
        ),
        (AGENT + "present = 'yes'", ": agent mara: present must be true or false, not 'yes'. Correct it."),
        (AGENT + "hours = { mon = '8-12' }", ': agent mara: hours holds "8-12"; write 08:00-18:00. Correct it.'),
        (
            AGENT + "hours = { mon = '22:00-06:00' }",
            ': agent mara: hours holds "22:00-06:00", which ends before it begins;',
        ),
        (AGENT + "hours = { monday = '08:00-12:00' }", ': agent mara: hours names the day "monday"; the days are mon,'),
        (
            "timezone = 'Berlin'\n" + AGENT,
            ': timezone names no time zone: "Berlin"; write one such as Europe/Berlin. Corr',
        ),
        ("holidays = ['25.12.']\n" + AGENT, ": holidays must hold dates such as 2026-12-25, not '25.12.'. Correct it."),
        (
            "[service_levels]\nurgent = { minutes = 1 }\n" + AGENT,
            ': service_levels.urgent "urgent" is no urgency; it is',
        ),
        ("[service_levels]\nhigh = { hours = 1 }\n" + AGENT, ", service_levels.high: There is no setting hours."),
        ("[service_levels]\nhigh = {}\n" + AGENT, ": service_levels.high has no minutes. Add them: { minutes = 60 }."),
        ("[queues]\na = ['x']\nb = ['x']\n" + AGENT, ": queues puts x into two queues, a and b. Correct it."),
    ],
)
def test_what_cannot_be_is_told_with_key_and_file(tmp_path, toml, says):
    with pytest.raises(SettingsError) as error:
        read(tmp_path, toml)
    assert str(error.value).startswith(f"{tmp_path}/agents.toml{says}")
