"""Which column of a table holds what: guessed from the names, or said by a person."""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Literal

from salver.data.errors import InputError

Role = Literal[
    "answer",
    "text",
    "html",
    "subject",
    "intents",
    "urgency",
    "lang",
    "thread",
    "id",
    "customer_no",
    "email",
    "name",
    "agent",
    "received_at",
    "answered_at",
    "ending",
    "channel",
    "to",
]

_NAMES: dict[Role, str] = {  # the best name first
    "answer": "answer reply reply_text response resolution antwort answer_text agent_reply answer_body "
    "reply_body solution",
    "text": "text body question message nachricht frage anfrage message_text body_text question_text customer_message "
    "inquiry query utterance description content",
    "html": "html body_html html_body message_html text_html",
    "subject": "subject betreff subject_line",
    "intents": "intents intent label labels category categories kategorie tags tag tag_1 topic thema queue",
    "urgency": "urgency priority dringlichkeit prioritaet priorität prio severity",
    "lang": "lang language sprache locale",
    "thread": "thread thread_id ticket ticket_id ticket_no ticket_number conversation conversation_id vorgang",
    "id": "id case_id case message_id uid",
    "customer_no": "customer_no customer_id customer_number customer_customer_no kundennummer kunden_nr",
    "email": "email from sender customer_email from_email sender_email absender customer_address von customer kunde",
    "name": "name customer_name from_name sender_name full_name",
    "agent": "agent agent_id agent_name assignee answered_by replied_by bearbeiter owner",
    "received_at": "received_at received date created created_at sent_at datum eingang timestamp time question_at",
    "answered_at": "answered_at answered answer_date replied_at reply_date resolved_at closed_at beantwortet",
    "ending": "ending status outcome ausgang state",
    "channel": "channel kanal source_channel via",
    "to": "to recipient empfaenger empfänger an",
}
_SYNONYMS: dict[Role, tuple[str, ...]] = {role: tuple(names.split()) for role, names in _NAMES.items()}
_ROLE_OF = {name: role for role, names in _SYNONYMS.items() for name in names} | {role: role for role in _NAMES}
_PERSONAL = re.compile(
    r"(?:_no|_nr|_number|nummer|phone|telefon|mobile|handy|street|strasse|straße|address|adresse|town|city|ort|zip|plz"
    r"|postcode|iban|first_?name|last_?name|vorname|nachname|birth\w*|geburt\w*|company|firma)$"
)


def guess_columns(names: Iterable[str], overrides: Mapping[str, str] | None = None) -> dict[Role, str]:
    """Which column holds what: `{"answer": "reply_text", …}`, to be shown before it is used.

    `overrides` are what a person said (`--map answer=reply_text`); an empty column name means: there is none. Raises
    InputError for a column that is not there or a role that nobody knows.
    """
    names = tuple(names)
    said = {_role(role): column for role, column in (overrides or {}).items()}
    for role, column in said.items():
        if column and column not in names:
            raise _no_such_column(role, column, names)
    taken = {column for column in said.values() if column}
    found: dict[Role, str] = {}
    for role, synonyms in _SYNONYMS.items():
        if column := said[role] if role in said else _first(synonyms, names, taken):
            found[role] = column
            taken.add(column)
    return found


def personal_columns(names: Iterable[str], columns: Mapping[Role, str]) -> dict[str, str]:
    """Further columns that hold something personal, by a plain name: what they hold is masked in texts."""
    left = (name for name in names if name not in columns.values())
    return {plain(name): name for name in left if _PERSONAL.search(plain(name))}


def plain(name: str) -> str:
    """A column name in lower case with `_` for everything that is no letter or digit."""
    return re.sub(r"\W+", "_", name.strip().casefold()).strip("_")


def parse_map(pairs: Iterable[str]) -> dict[str, str]:
    """`["answer=reply_text"]` as a mapping. Raises InputError for a pair without `=`."""
    found = {}
    for pair in pairs:
        role, equals, column = pair.partition("=")
        if not equals or not role.strip():
            raise InputError(f'"{pair}" maps nothing', where="--map", todo="Write it as --map answer=reply_text.")
        found[role.strip()] = column.strip()
    return found


def _first(synonyms: Iterable[str], names: Iterable[str], taken: set[str]) -> str:
    free = {plain(name): name for name in reversed(tuple(names)) if name not in taken}
    return next((free[one] for one in synonyms if one in free), "")


def _role(word: str) -> Role:
    role = _ROLE_OF.get(plain(word))
    if role is None:
        todo = f"The roles are {', '.join(_NAMES)}."
        raise InputError(f'Nothing is called "{word}" here', where="--map", todo=todo)
    return role


def _no_such_column(role: str, column: str, names: tuple[str, ...]) -> InputError:
    close = difflib.get_close_matches(column, names, n=1)
    hint = f'Did you mean "{close[0]}"? ' if close else ""
    todo = f"{hint}The columns are {', '.join(names)}."
    return InputError(f'There is no column "{column}" for {role}', where="--map", todo=todo)
