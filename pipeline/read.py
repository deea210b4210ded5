"""Make a message of any bytes. What cannot be read as it should be is noted as a problem; the rest is read."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast, get_args

from salver.data.company import Company
from salver.data.message import Address, Channel, Message, Problem, RawMessage
from salver.pipeline.charset import one_line, text_of, tidy
from salver.pipeline.fields import MAX_ADDRESSES, MAX_FIELD, addresses, decoded, identifiers, moment
from salver.pipeline.forward import original
from salver.pipeline.markup import text_of_html
from salver.pipeline.mime import MAX_TEXT, Contents, contents
from salver.pipeline.parts import MAX_MESSAGE, Part, parsed

PROBLEMS = {
    "message_too_large": "The mail is larger than can be read; only its beginning was.",
    "headers_too_large": "The header is larger than 256 KB; fields that did not fit were not read.",
    "field_too_long": "A header field is longer than 64 KB; only its beginning was read.",
    "too_many_addresses": "There are more than 500 addresses in one field; the first 500 were read.",
    "too_many_parts": "The mail has more than 1,000 parts; the first 1,000 were read.",
    "too_deep": "The parts of the mail are nested more than 50 deep; what is deeper was not read.",
    "text_too_long": "The text is longer than can be read; only its beginning was.",
    "broken_header": "A line of the header is broken; it was joined to the one before.",
    "no_headers": "The mail has no header; all of it was read as text.",
    "no_sender": "Nobody is named as sender.",
    "bad_date": "The date of the mail cannot be understood.",
    "charset": "The text is not in the charset that the mail names; it was read as UTF-8 or Windows-1252.",
    "transfer_encoding": "The mail names a transfer encoding that is not known; the text was read as it is.",
    "damaged_base64": "Encoded text is damaged; what could be decoded was read.",
    "damaged_structure": "The mail says it has parts, but they cannot be told apart; all of it was read as text.",
    "encrypted": "The mail, or a part of it, is encrypted or sealed and was not opened.",
    "tnef": "The mail has a winmail.dat, which was not opened; attachments may be in it.",
    "empty": "The mail has no text.",
    "bad_json": "This is not a JSON object; all of it was read as text.",
    "unreadable": "Reading failed; the raw bytes are kept.",
}
"""Every problem that can be met in reading, and its words. A code never changes its meaning."""

_PGP = "-----BEGIN PGP MESSAGE-----"
Codes = dict[str, None]  # an ordered set


def read(raws: Sequence[RawMessage], company: Company) -> list[Message]:
    """One message for each raw one, in order. Never raises, whatever the bytes are."""
    return [_read_safely(raw, company) for raw in raws]


def _read_safely(raw: RawMessage, company: Company) -> Message:
    try:
        return read_one(raw, company)
    except Exception:  # a mail that nobody thought of must still reach a person
        text = tidy(text_of(raw.content[:MAX_TEXT])[0])
        return Message(
            key=raw.key,
            channel=raw.channel,
            received_at=raw.received_at,
            body=text,
            problems=_problems({"unreadable": None}),
        )


def read_one(raw: RawMessage, company: Company) -> Message:
    """Read one raw message by its media type."""
    return _read_json(raw) if raw.media == "application/json" else _read_mail(raw, company)


def _read_mail(raw: RawMessage, company: Company) -> Message:
    root, caps = parsed(raw.content)
    fields = [(name.lower(), str(value)) for name, value in root.raw_items()]
    first = dict(reversed(fields))
    problems = dict.fromkeys(caps)
    if not fields:
        problems["no_headers"] = None
    found = contents(root)
    subject = decoded(first.get("subject", ""))
    sender, forwarded_by, body = _writer_and_body(first, subject, found, company, problems)
    date = _date(first.get("date", ""), problems)
    to, cc = _people(first, "to", problems), _people(first, "cc", problems)
    if _PGP in body[:4000]:
        problems["encrypted"] = None
    if not body.strip():
        problems["empty"] = None
    return Message(
        key=raw.key,
        channel=raw.channel,
        message_id="".join(identifiers(first.get("message-id", ""))[:1]) or decoded(first.get("message-id", ""))[:1000],
        references=_references(first),
        subject=subject,
        sender=sender,
        forwarded_by=forwarded_by,
        to=to,
        cc=cc,
        date=date,
        received_at=raw.received_at,
        body=body,
        attachments=tuple(found.attachments),
        headers=tuple((name, decoded(value)) for name, value in fields),
        media_types=tuple(found.media_types),
        enclosed=tuple(each for part in (*found.enclosed, *found.heads) for each in _own_identifier(part)),
        problems=_problems(problems | found.problems),
    )


def _writer_and_body(
    first: dict[str, str], subject: str, found: Contents, company: Company, problems: Codes
) -> tuple[Address | None, Address | None, str]:
    """Who wrote it, which colleague passed it on, and the text."""
    sender = _sender(first, problems)
    is_ours = sender is not None and company.owns(sender.email)
    body = found.text
    if found.enclosed and found.media_types[0] != "multipart/report" and (is_ours or not body.strip()):
        body = f"{body}\n\n{_enclosed_text(found)}".strip("\n")
    if not is_ours:
        return sender, None, body
    if passed_on := original(subject, body, company.owns):
        return passed_on[0], sender, passed_on[1]
    answer_to = _people(first, "reply-to", problems)
    if answer_to and not company.owns(answer_to[0].email):  # the company's web form writes in the customer's place
        return answer_to[0], sender, body
    return sender, None, body


def _enclosed_text(found: Contents) -> str:
    """The first enclosed mail as one that was passed on within the text."""
    mail = found.enclosed[0]
    inner = contents(mail)
    found.problems |= inner.problems
    head = [f"{label}: {decoded(mail.field(label.lower()))}" for label in ("From", "Date", "Subject", "To")]
    return "\n".join(["---------- Forwarded message ---------", *head, "", inner.text])


def _own_identifier(part: Part) -> tuple[str, ...]:
    return identifiers(part.field("message-id"))[:1]


def _sender(first: dict[str, str], problems: Codes) -> Address | None:
    for name in ("from", "sender", "reply-to", "return-path", "x-envelope-from"):
        if people := _people(first, name, problems):
            return people[0]
    problems["no_sender"] = None
    return None


def _people(first: dict[str, str], name: str, problems: Codes) -> tuple[Address, ...]:
    if name not in first:
        return ()
    found, whole = addresses(first[name])
    if not whole:
        problems["too_many_addresses"] = None
    return found


def _references(first: dict[str, str]) -> tuple[str, ...]:
    found = [each for name in ("references", "in-reply-to") for each in identifiers(first.get(name, ""))]
    return tuple(dict.fromkeys(found))


def _date(value: str, problems: Codes) -> datetime | None:
    found = moment(value)
    if found is None and value.strip():
        problems["bad_date"] = None
    return found


def _problems(codes: Codes) -> tuple[Problem, ...]:
    return tuple(Problem(code=code, words=PROBLEMS[code]) for code in codes)


def _read_json(raw: RawMessage) -> Message:
    problems: Codes = {}
    data = _object(raw.content, problems)
    body = _string(data.get("text"))
    if not body.strip() and (html := _string(data.get("html"))):
        body, whole = text_of_html(html[:MAX_TEXT])
        problems |= {} if whole else {"text_too_long": None}
    if len(body) > MAX_TEXT:
        body = body[:MAX_TEXT]
        problems["text_too_long"] = None
    body = tidy(body)
    if not body.strip():
        problems["empty"] = None
    channel = data.get("channel")
    writers = _listed(data.get("from"))
    return Message(
        key=raw.key,
        channel=cast("Channel", channel) if channel in get_args(Channel) else raw.channel,
        message_id=one_line(_string(data.get("message_id")))[:1000],
        subject=one_line(_string(data.get("subject"))[:MAX_FIELD]),
        sender=writers[0] if writers else None,
        to=_listed(data.get("to")),
        date=_date(_string(data.get("date")), problems),
        received_at=raw.received_at,
        body=body,
        media_types=(raw.media,),
        problems=_problems(problems),
    )


def _object(content: bytes, problems: Codes) -> dict[str, Any]:
    """The JSON object, or one that has all of the bytes as its text."""
    try:
        data = json.loads(content[:MAX_MESSAGE])
    except (ValueError, RecursionError):
        data = None
    if isinstance(data, dict):
        return data
    problems["bad_json"] = None
    return {"text": text_of(content[:MAX_TEXT])[0]}


def _string(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def _listed(value: Any) -> tuple[Address, ...]:
    """Addresses as a text, as an object with `name` and `email`, or as a list of either."""
    if isinstance(value, dict):
        email = one_line(_string(value.get("email")))[:1000].casefold()
        return (Address(name=one_line(_string(value.get("name")))[:300], email=email),)
    if isinstance(value, list):
        return tuple(one for each in value[:MAX_ADDRESSES] if not isinstance(each, list) for one in _listed(each))
    return addresses(_string(value)[:MAX_FIELD])[0]
