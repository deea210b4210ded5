"""What the owner says of the company: the facts that reading and answering need."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """`own` are the company's mail addresses or domains (`@example.org`).

    `languages` are ISO 639-1 codes, the usual one first.
    `patterns` are pairs of an entity kind and a regular expression for the company's own numbers
    (`customer_no`, `order_no`, `meter_no`, …). `contact` are pairs of a language and a sentence in it that
    says how a person is reached; it stands under every automatic answer. `signature` are pairs of a language and the
    lines under the closing; without one the company's name stands there. In place of a language, `de-du` in both is for
    answers that say du.
    """

    name: str = ""
    own: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("de", "en")
    patterns: tuple[tuple[str, str], ...] = ()
    contact: tuple[tuple[str, str], ...] = ()
    signature: tuple[tuple[str, str], ...] = ()

    def owns(self, email: str) -> bool:
        """Whether an address is the company's."""
        email = email.casefold()
        return any(email.endswith(one) if one.startswith("@") else email == one for one in self.own)

    def is_at(self, domain: str) -> bool:
        """Whether the company has an address at exactly this domain, however its letters are encoded (RFC 5891)."""
        return _plain(domain) in {_plain(one.rpartition("@")[2]) for one in self.own}


def _plain(domain: str) -> str:
    try:
        return domain.casefold().encode("idna").decode("ascii")
    except UnicodeError:
        return domain.casefold()
