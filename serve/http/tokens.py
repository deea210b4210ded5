"""The tokens that open the HTTP door: kept as sha256, compared in constant time."""

import hmac
from collections.abc import Iterable, Sequence
from hashlib import sha256

from salver.data.errors import SettingsError
from salver.serve.settings import Settings

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
"""The addresses at which only this machine is heard."""


def demand_token(settings: Settings) -> None:
    """Raise SettingsError when others than this machine could come in without a token."""
    if not settings.tokens and settings.host not in LOOPBACK:
        raise SettingsError(
            f"Listening on {settings.host} lets others in, and no token is set",
            where=str(settings.file or ""),
            todo='Set tokens = ["…"] (python -c "import secrets; print(secrets.token_hex(32))" makes one), '
            "or listen on 127.0.0.1.",
        )


def digest(token: str) -> str:
    """The sha256 of a token, in hexadecimal digits."""
    return sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def digests(tokens: Iterable[str]) -> tuple[str, ...]:
    """The sha256 of tokens; one that is written as `sha256:DIGEST` is that already."""
    return tuple(one[7:].lower() if one.startswith("sha256:") else digest(one) for one in tokens)


def is_known(token: str, known: Sequence[str]) -> bool:
    """Whether a token's sha256 is one of these; it takes as long whichever of them it is."""
    own = digest(token).encode()
    found = [hmac.compare_digest(own, one.encode()) for one in known]
    return bool(token) and any(found)
