"""Records are looked up only of who is shown to have written, and fill slots of that one's answer alone."""

from collections.abc import Mapping

import pytest

from salver.data.errors import RecordsError
from salver.data.message import Address, Message
from salver.pipeline.fill import facts, fill, of_request
from salver.pipeline.lookup import Lookup, sure

SERVERS = ("mx.beispielwerk.example",)
ANNA = Address(name="Anna Albers", email="anna@post.example")
PASSED = "mx.beispielwerk.example; spf=pass smtp.mailfrom=post.example; dmarc=pass (p=reject) header.from=post.example"


class Table:
    """A table that a test holds."""

    def find(self, email: str) -> Mapping[str, str]:
        if email == "down@post.example":
            raise RecordsError("the records do not answer", todo="Connection refused.")
        return {"customer_no": "4951127"} if email == ANNA.email else {}


def mail(*results: str, sender: Address | None = ANNA, forwarded_by: Address | None = None) -> Message:
    headers = tuple(("authentication-results", one) for one in results)
    return Message(key="k", sender=sender, forwarded_by=forwarded_by, headers=headers)


@pytest.mark.parametrize(
    "result",
    [
        PASSED,
        "MX.beispielwerk.example 1; dkim=pass header.d=post.example header.s=s1",
        "mx.beispielwerk.example; dkim=fail header.d=x.example; dkim=pass header.d=post.example",
    ],
)
def test_the_companys_own_server_vouches_for_a_sender(result: str) -> None:
    assert sure(mail(result), SERVERS)


@pytest.mark.parametrize(
    "results",
    [
        (),
        ("mx.elsewhere.example; dmarc=pass header.from=post.example",),
        ("mx.elsewhere.example; dmarc=fail header.from=post.example", PASSED),
        ("mx.beispielwerk.example; dmarc=fail header.from=post.example", PASSED),
        ("mx.beispielwerk.example; dmarc=pass header.from=evil.example",),
        ("mx.beispielwerk.example; dkim=pass header.d=evil.example header.i=@post.example",),
        ("mx.beispielwerk.example; spf=pass smtp.mailfrom=post.example",),
        ("mx.beispielwerk.example (dmarc=pass header.from=post.example); none",),
        ("mx.beispielwerk.example; dmarc=pass header.from=post.example.evil.example",),
        ("mx.beispielwerk.example; dmarc=pass header.from=notpost.example",),
        ("",),
    ],
)
def test_nobody_else_does(results: tuple[str, ...]) -> None:
    assert not sure(mail(*results), SERVERS)


def test_a_record_is_looked_up_only_where_it_is_sure_who_wrote() -> None:
    lookup = Lookup(Table(), SERVERS)
    known, unsure, passed_on, nobody = lookup.look_up(
        [mail(PASSED), mail(), mail(PASSED, forwarded_by=ANNA), mail(PASSED, sender=None)]
    )
    assert known.facts == {"customer_no": "4951127"}
    assert unsure.facts == passed_on.facts == nobody.facts == {}
    assert "not shown that the mail is from its sender" in unsure.because
    assert Lookup().look_up([mail(PASSED)])[0].because == ""


def test_records_that_do_not_answer_are_told_and_open_no_door() -> None:
    (account,) = Lookup(Table(), SERVERS).look_up([mail(PASSED, sender=Address(name="", email="down@post.example"))])
    assert account.facts == {}
    assert account.because == (
        "The sender's record could not be looked up: the records do not answer. Connection refused."
    )


def test_a_slot_is_filled_from_the_record_but_not_against_the_message() -> None:
    text = "Ihre Kundennummer ist {customer_no}."
    account = {"customer_no": "4951127"}
    assert fill(text, facts(ANNA, (), account)) == ("Ihre Kundennummer ist 4951127.", ())
    assert fill(text, facts(ANNA, ())) == (text, ("customer_no",))
    known = facts(ANNA, (), {"customer_no": "4951127", "iban": "DE1"})
    assert of_request(known, "nothing masked here", account) == {"name": "Anna Albers", "customer_no": "4951127"}
