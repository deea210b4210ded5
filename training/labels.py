"""Intents that somebody gave already: labels, tags and folders of a mailbox, when their names look like it."""

import re
from collections.abc import Iterable
from email.header import decode_header, make_header
from pathlib import PurePath

from salver.data.message import Message

_NO_LABEL_WORDS = """
inbox posteingang eingang sent sent_mail sent_items sent_messages gesendet gesendete gesendete_elemente
gesendete_objekte outbox postausgang ausgang drafts draft entwurf entwürfe entwuerfe archive archives archived
archiv archiviert all_mail all alle_nachrichten alle trash bin papierkorb deleted deleted_items deleted_messages
gelöscht gelöschte_elemente gelöschte_objekte geloescht junk junk_mail junk_e_mail junk_email spam spamverdacht
nonjunk notjunk not_junk unwanted important wichtig starred markiert flagged unread ungelesen read gelesen
opened geöffnet seen recent answered beantwortet forwarded mdnsent chat chats snoozed zurückgestellt scheduled
geplant templates vorlagen conversation_history notes notizen unterhaltungen primary promotions social updates
forums done erledigt open offen closed geschlossen todo to_do pending wartet follow_up followup new cur tmp mail
mails mailbox postfach maildir messages nachrichten export backup takeout local_folders lokale_ordner service
support info kontakt contact kundenservice customer_service mbox eml data archive_mbox customers kunden
"""
_NO_LABELS = frozenset(_NO_LABEL_WORDS.split())
_CATEGORY = re.compile(r"(?:category|kategorie|label\d+$)\b", re.IGNORECASE)
_LONGEST = 40


def as_intent(label: str) -> str:
    """A label as the name of an intent, such as `meter_reading`, or "" when it says nothing of what was wanted.

    Of a path (`INBOX/Billing/Meter reading`, `INBOX.Rechnung`) the last part counts.
    """
    last = re.split(r"[/\\]|(?<=\w)\.(?=\w)|^\.", label.strip().strip("/\\"))[-1]
    if last[:1] in ("$", "\\") or _CATEGORY.match(last) or not re.search(r"[^\W\d_]{3}", last):
        return ""
    name = re.sub(r"\W+", "_", last.casefold()).strip("_")
    return "" if name in _NO_LABELS or len(name) > _LONGEST else name


def labels_of(message: Message) -> tuple[str, ...]:
    """The intents in a mail's own labels, in their order: `X-Gmail-Labels`, `X-Keywords`, `Keywords`."""
    given = [*_separated(message, "x-gmail-labels", r","), *_separated(message, "x-keywords", r"[,\s]+")]
    given += _separated(message, "keywords", r"[,;]")
    return unique(map(as_intent, given))


def folder_label(source: str, several_files: bool) -> str:
    """The intent in the place of a mail: the folder of a Maildir or of .eml files, or the name of its mbox file.

    The name of the file counts only where there are several files, as one alone says nothing.
    """
    path = PurePath(source)
    if path.parent.name in ("cur", "new"):
        folder = path.parent.parent.name
        return as_intent(folder) if folder.startswith(".") or several_files else ""
    if not several_files:
        return ""
    return as_intent(path.parent.name if path.suffix.casefold() == ".eml" else path.stem)


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """The names in their order, each once, without empty ones."""
    return tuple(dict.fromkeys(name for name in names if name))


def _separated(message: Message, header: str, separator: str) -> list[str]:
    values = [value for key, value in message.headers if key == header]
    return [one.strip(" \"'") for value in values for one in re.split(separator, _decoded(value))]


def _decoded(value: str) -> str:
    """Gmail writes labels as encoded words (RFC 2047) even where a reader leaves them as they are."""
    try:
        return str(make_header(decode_header(value))) if "=?" in value else value
    except (ValueError, LookupError):
        return value
