import pytest

from salver.training.labels import as_intent, folder_label


@pytest.mark.parametrize(
    ("label", "intent"),
    [
        ("Meter reading", "meter_reading"),
        ("INBOX/Zähler & Ablesung", "zähler_ablesung"),
        ("INBOX.Rechnung", "rechnung"),
        (".Rechnung", "rechnung"),
        ("Inbox", ""),
        ("Gesendete Elemente", ""),
        ("[Gmail]/All Mail", ""),
        ("$Label1", ""),
        ("\\Seen", ""),
        ("NonJunk", ""),
        ("Category Updates", ""),
        ("2025", ""),
        ("", ""),
        ("a very long name that somebody has given to a folder of mails", ""),
    ],
)
def test_a_label_is_an_intent_when_it_looks_like_one(label: str, intent: str) -> None:
    assert as_intent(label) == intent


@pytest.mark.parametrize(
    ("source", "several", "intent"),
    [
        ("/mail/Maildir/.Rechnung/cur/17.x:2,S", False, "rechnung"),
        ("/mail/Maildir/cur/17.x:2,S", True, ""),
        ("/export/outage/1.eml", True, "outage"),
        ("/export/outage.mbox", True, "outage"),
        ("/export/outage.mbox", False, ""),
        ("/export/Inbox.mbox", True, ""),
    ],
)
def test_the_place_of_a_mail_may_say_its_intent(source: str, several: bool, intent: str) -> None:
    assert folder_label(source, several) == intent
