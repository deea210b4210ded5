"""Addresses that no person reads or writes from: mail servers, robots, mailing lists, `no-reply` in its spellings."""

import re

_NO = r"(?:no|dont|do[-_.]?not)[-_.]?(?:reply|replay|respond|response|answer|mail)"
_LOCAL = re.compile(
    r"(?:mailer-?d(?:a?emon)|mail-?daemon|mdaemon|daemon|post[-_]?master|root|abuse|nobody|www-?data|wwwrun|apache|httpd"
    r"|cron|nagios|listserv|majordomo|mailman|sympa|ezmlm|owner-.+|.+-owner|.+-request"
    r"|newsletters?|mailings?|(?:e?mail)?notifications?|notify|benachrichtigung(?:en)?|calendar-notification"
    r"|dmarc[-_.]?(?:no-?reply|reports?)|unmonitored|undeliverable|mail[-_.]?delivery|microsoftexchange[0-9a-f]{16,}"
    r"|bounces?(?:[-+=._\d].*)?|.+-bounces?(?:[+=].*)?"
    rf"|(?:.*[-_.+])?{_NO}(?:[-_+=\d].*)?"
    r"|(?:.*[-_.+])?(?:bitte[-_.]?)?(?:nicht[-_.]?antworten|keine?[-_.]?antwort)(?:[-_.+=\d].*)?"
    r"|(?:.*[-_.+])?(?:ne[-_.]?pas[-_.]?repondre|pas[-_.]?de[-_.]?reponse|no[-_.]?responder|non[-_.]?rispondere"
    r"|niet[-_.]?(?:be)?antwoorden|geen[-_.]?antwoord|nao[-_.]?responda|nie[-_.]?odpowiada[cj])(?:[-_.+=\d].*)?"
    r"|auto[-_.]?(?:reply|responder|response|antwort|mailer|confirm|notify|mail))",
)
_DOMAIN = re.compile(rf"(?:{_NO}|bounces?|mailer-daemon)\..+")
_LIST_PATH = re.compile(r"owner-.+|.+-owner|.+-request|.+-bounces?(?:[+=].*)?|mailer-?daemon")


def is_machines(email: str) -> bool:
    """Whether an address in lower case, or a name in place of one, is such that no person writes from."""
    local, _, domain = email.rpartition("@") if "@" in email else (email, "", "")
    return bool(local) and (_LOCAL.fullmatch(local) or _DOMAIN.fullmatch(domain)) is not None


def is_lists(path: str) -> bool:
    """Whether a return path, in lower case, is a mailing list's or a mail server's."""
    local = path.rpartition("@")[0]
    return bool(local) and _LIST_PATH.fullmatch(local) is not None
