"""Mails by chance, read, cleaned and screened: `python -m tests.pipeline.fuzz --runs 1000000 --seed 7`.

Hypothesis draws a recipe of a few bytes; the recipe makes a mail, either out of a golden one that is damaged or out of
the pieces of which mails are made. A recipe is drawn faster than a mail, and a failing one shrinks to few bytes. The
laws: reading never raises, cleaning twice is cleaning once, every message gets one verdict, and none takes a second.
"""

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from salver.data.company import Company
from salver.data.message import Message, RawMessage
from salver.pipeline.clean import clean, clean_text
from salver.pipeline.read import PROBLEMS, read_one
from salver.pipeline.screen import RULES, UNANSWERED, screen

MOST_S = 1.0
BATCH = 5000
COMPANY = Company(own=("service@lindwerke.example", "@lindwerke.example"))
CODES = {"human", *(rule.code for rule in (*RULES, *UNANSWERED))}
UNWANTED = ("\x00", "\r", "\u202e", "\u200b", "\x1b", "\x85", "\ud800")
CASES = [one.read_bytes() for one in sorted((Path(__file__).parent.parent / "cases").glob("*.eml"))]

FIELDS = (
    b"From: Kai Ott <kai@ott.example>", b"From: MAILER-DAEMON", b"From: =?utf-8?q?K=C3=A4?= <k@x.example>",
    b"From: a@lindwerke.example", b"Reply-To: kai@ott.example", b"To: service@lindwerke.example",
    b"To: undisclosed-recipients:;", b"Subject: WG: Umzug", b"Subject: =?utf-8?b?w7w=?= =?iso-8859-1?q?=FC?=",
    b"Subject: failure notice", b"Subject: Automatic reply: x", b"Subject: \xfcber",
    b"Date: Mon, 2 Nov 2026 10:00:00 +0100", b"Date: gestern", b"Message-ID: <salver.0a1b@lindwerke.example>",
    b"References: <a@b> c@d", b"Content-Type: text/plain; charset=iso-8859-1", b"Content-Type: text/html",
    b"Content-Type: multipart/mixed; boundary=b", b"Content-Type: multipart/alternative; boundary=\"b\"",
    b"Content-Type: multipart/report; boundary=b", b"Content-Type: message/rfc822",
    b"Content-Type: text/plain; format=flowed; delsp=yes", b"Content-Type: text/calendar; method=reply",
    b"Content-Type: text/enriched", b"Content-Type: application/ms-tnef; name*0*=utf-8''a; name*1=b",
    b"Content-Disposition: attachment; filename=\"../a.pdf\"", b"Content-Transfer-Encoding: base64",
    b"Content-Transfer-Encoding: quoted-printable", b"Content-Transfer-Encoding: x-uuencode",
    b"Auto-Submitted: auto-replied", b"Return-Path: <>", b"List-Id: <a.b>", b"X-Loop: service@lindwerke.example",
    b"Precedence: bulk", b"broken line", b" folded", b"MIME-Version: 1.0",
)  # fmt: skip
LINES = (
    b"", b"--b", b"--b--", b"Ich ziehe um. Was muss ich tun?", b"Sehr geehrte Damen und Herren,", b"Kai Ott",
    b"Danke", b"> zitiert", b">> tiefer", b"> > Am 1.1.2026 um 10:00 schrieb a@b.example:",
    b"Am 1.1.2026 um 10:00 schrieb Service <a@b.example>:", b"On Mon, 2 Nov 2026, A wrote:",
    b"Von: Service <a@lindwerke.example>", b"Gesendet: Montag, 2. November 2026", b"An: kai@ott.example",
    b"Betreff: AW: Umzug", b"From: x", b"-----Original Message-----", b"---------- Forwarded message ---------",
    b"Begin forwarded message:", b"_____________________", b"-- ", b"--", "Mit freundlichen Grüßen".encode(),
    b"Best regards,", b"Von meinem iPhone gesendet", b"Sent from my iPad", b"Tel. 05399 1804", b"PS: und noch was",
    b"Diese E-Mail ist vertraulich.", b"This is an automated message.", b"I am out of the office until Monday.",
    b"For urgent matters call.", b"This is the mail system at host x.",
    b"Message-ID: <salver.0a1b2c3d4e@lindwerke.example>", b"begin 644 a.txt", b"M"+b"A"*60, b"`", b"end",
    b"<p>Hallo<br>Welt</p>", b"<blockquote>alt</blockquote>", b"<div style='display:none'>x</div>",
    b"&amp;&nbsp;&#0;", b"SGFsbG8=", b"=C3=BC=", b"-----BEGIN PGP SIGNED MESSAGE-----", b"Hash: SHA256",
    b"-----BEGIN PGP SIGNATURE-----", b"-----END PGP SIGNATURE-----", b"\xff\xfe", b"\x00",
    b"\xe2\x80\xae\xe2\x80\x8b", b"\xc2\xa0", b"\t", b"Kundennummer 5190332", b"1. erstens", b"2. zweitens",
    b"Erledigt.", b"KAI OTT", b"lg kai",
)  # fmt: skip
DEBRIS = (
    b"\n", b"\r\n\r\n", b"\r", b"--", b";", b'"', b"=?utf-8?q?", b"?=", b"<", b">", b"(", b"boundary=x", b"\x00",
    b"\xe2\x80\xae", b"\xff", b":", b"@", b"\n> ", b"\nVon: a\n", b" schrieb:", b"wrote:\n", b"\n\n",
    b"charset=utf-16", b"=", b" ", b"\nContent-Type: multipart/mixed; boundary=x\n\n--x\n",
)  # fmt: skip


class Recipe:
    """Bytes that are used up one after the other; when none is left, all is zero."""

    def __init__(self, steps: bytes) -> None:
        self._steps = iter(steps)

    def number(self, below: int) -> int:
        """A number under `below`, which may be up to 65,536."""
        one = next(self._steps, 0)
        return (one if below <= 256 else one << 8 | next(self._steps, 0)) % below

    def one_of(self, things: tuple[bytes, ...] | list[bytes]) -> bytes:
        """One of some things."""
        return things[self.number(len(things))]

    def mail(self) -> bytes:
        """The mail that the recipe makes."""
        made = bytearray(self.one_of(CASES) if self.number(2) else self.composed())
        for _ in range(self.number(8)):
            self.damage(made)
        return bytes(made)

    def composed(self) -> bytes:
        """A mail of pieces, some of them parts."""
        pieces = [self.one_of(FIELDS) for _ in range(self.number(9))]
        for _ in range(1 + self.number(3)):
            pieces += [b"", *(self.one_of(LINES) for _ in range(self.number(14)))]
            if self.number(3) == 0:
                pieces += [b"--b", *(self.one_of(FIELDS) for _ in range(self.number(4)))]
        return (b"\n", b"\n", b"\r\n", b"\r")[self.number(4)].join(pieces)

    def damage(self, made: bytearray) -> None:
        """Change something somewhere."""
        at = self.number(min(len(made) + 1, 65_536))
        length = (0, 1, 1, 7, 60, 400)[self.number(6)]
        match self.number(5):
            case 0:
                made[at : at + length] = b""
            case 1:
                made[at:at] = made[max(at - length, 0) : at] * 2
            case 2:
                made[at : at + length] = self.one_of(LINES) + b"\n"
            case 3:
                made[at : at + 1] = bytes([self.number(256)])
            case _:
                made[at : at + length] = self.one_of(DEBRIS)


def check(content: bytes) -> None:
    """Every law, for one mail."""
    start = time.process_time()
    raw = RawMessage(content=content, source="fuzz")
    message = read_one(raw, COMPANY)
    (cleaned,) = clean([message])
    (verdict,) = screen([message], COMPANY)
    took = time.process_time() - start
    assert took < MOST_S, f"it took {took:.2f} s"
    assert message.key == raw.key
    assert not {problem.code for problem in message.problems} - set(PROBLEMS)
    assert verdict.verdict in ("human", "machine")
    assert verdict.reason in CODES
    assert "\n" not in verdict.about
    assert bool(cleaned.text) == bool(message.body.replace("\xa0", " ").strip()), "a text was lost"
    _is_clean(message)
    once = clean_text(message.body).text
    assert clean_text(once).text == once, "cleaned twice is not cleaned once"


def _is_clean(message: Message) -> None:
    for text in (message.subject, message.body, message.message_id, *(value for _, value in message.headers)):
        assert not any(unwanted in text for unwanted in UNWANTED)
    assert not any("\n" in value for _, value in message.headers)
    assert "\n" not in message.subject + message.message_id


def fuzz(runs: int, start: int) -> None:
    """So many mails, in batches, since Hypothesis remembers what it has drawn. Raises what breaks a law."""
    for number, done in enumerate(range(0, runs, BATCH)):

        @seed(start * 1_000_003 + number)
        @settings(
            max_examples=min(BATCH, runs - done),
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        @given(st.binary(max_size=96))
        def run(steps: bytes) -> None:
            check(Recipe(steps).mail())

        run()


def main() -> None:
    """Fuzz as the command line asks, and say how many mails it was."""
    parser = argparse.ArgumentParser(prog="tests.pipeline.fuzz", description="Read, clean and screen mails by chance.")
    parser.add_argument("--runs", type=int, default=10_000, help="how many mails")
    parser.add_argument("--seed", type=int, default=0, help="the same seed makes the same mails")
    parser.add_argument("--processes", type=int, default=1, help="how many processes share the work")
    options = parser.parse_args()
    start = time.monotonic()
    many = max(options.processes, 1)
    with ProcessPoolExecutor(many) as pool:
        shares = [options.runs // many + (i < options.runs % many) for i in range(many)]
        list(pool.map(fuzz, shares, [options.seed * many + i for i in range(many)]))
    sys.stdout.write(
        f"{options.runs:,} mails in {time.monotonic() - start:.0f} s, seed {options.seed}: no law broken.\n"
    )


if __name__ == "__main__":
    main()
