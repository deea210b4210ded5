"""Look up in the company's own records who wrote, where it is sure who wrote; nothing of it is kept.

It is sure when the company's own mail server says so: in its Authentication-Results (RFC 8601) DMARC has passed for the
domain of the sender (RFC 7489), or DKIM for that very domain. Only the topmost field with the server's name counts, for
whoever sends a mail can write more of them below. Whatever goes wrong here leaves slots open, and open slots stop the
sending.
"""

import re
from collections.abc import Sequence

from salver.data.account import NOTHING_KNOWN, Account
from salver.data.errors import RecordsError
from salver.data.message import Message
from salver.models.ports import Records

_FIELD = "authentication-results"
_COMMENT = re.compile(r"\([^()]*\)")
_NOT_SURE = "It is not shown that the mail is from its sender, so the sender's record was not looked up."


class Lookup:
    """The records, and the names of the company's mail servers, in whose word on a sender it trusts."""

    def __init__(self, records: Records | None = None, servers: Sequence[str] = ()) -> None:
        self._records = records
        self._servers = servers

    def look_up(self, messages: Sequence[Message]) -> list[Account]:
        """For each message what the records say of its sender."""
        return [self._of(message, self._records) if self._records else NOTHING_KNOWN for message in messages]

    def _of(self, message: Message, records: Records) -> Account:
        if message.sender is None or not message.sender.email:
            return NOTHING_KNOWN
        if message.forwarded_by or not sure(message, self._servers):
            return Account(because=_NOT_SURE)
        try:
            return Account(facts=records.find(message.sender.email))
        except RecordsError as error:
            return Account(because=f"The sender's record could not be looked up: {error}")


def sure(message: Message, servers: Sequence[str]) -> bool:
    """Whether the company's own mail server vouches for the domain of the sender."""
    known = {one.casefold() for one in servers}
    for name, value in message.headers:
        if name == _FIELD:
            server, *results = (" ".join(one.split()).casefold() for one in _COMMENT.sub(" ", value).split(";"))
            if server.split()[:1] and server.split()[0] in known:
                return any(_vouches(one, message.sender.domain if message.sender else "") for one in results)
            return False
    return False


def _vouches(result: str, domain: str) -> bool:
    """Whether one result is that of DMARC or DKIM, passed, for a domain."""
    method, *properties = result.split()
    if method not in ("dmarc=pass", "dkim=pass"):
        return False
    wanted = "header.from" if method.startswith("dmarc") else "header.d"
    return any(one in (f"{wanted}={domain}", f"{wanted}=@{domain}") for one in properties)
