"""Why a mail could not be handed to a server, in words: what, where, and what to do."""

import smtplib
import socket
import ssl

from salver.data.errors import MailboxError, MailboxRefusedError

_LONGEST_WORDS = 200


def too_slow(error: BaseException) -> bool:
    """smtplib calls it a closed connection when a server does not answer in time."""
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)


def not_open(error: Exception, where: str) -> MailboxError:
    """Why no connection came about."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        words = cleaned(error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else b"")
        todo = "Correct user and password, or the command that prints it. No mail is lost; they wait."
        return MailboxRefusedError(f"The login is refused ({words})", where=where, todo=todo)
    if isinstance(error, ssl.SSLCertVerificationError):
        what = f"The certificate is not accepted ({error.verify_message or 'it cannot be verified'})"
        return MailboxError(what, where=where, todo="Renew it, correct the host, or name its authority as ca_file.")
    if isinstance(error, UnicodeError):
        return MailboxRefusedError("It takes no password that is not ASCII", where=where, todo="Choose another one.")
    for kinds, what, todo in _WORDS:
        if isinstance(TimeoutError() if too_slow(error) else error, kinds):
            return MailboxError(what, where=where, todo=todo)
    return MailboxError("The server cannot be reached", where=where, todo="Check the network, host and port.")


_WORDS: tuple[tuple[tuple[type[Exception], ...], str, str], ...] = (
    ((smtplib.SMTPNotSupportedError,), "It offers no such login or no STARTTLS", "Check port and tls."),
    (
        (ssl.SSLEOFError, ConnectionResetError, BrokenPipeError),
        "The server closed the connection",
        "It is tried again.",
    ),
    ((ssl.SSLError,), "No TLS can be spoken with the server", "Check port and tls: 465 is TLS, 587 STARTTLS."),
    ((FileNotFoundError, PermissionError), "The ca_file cannot be read", "Correct its path."),
    ((socket.gaierror,), "There is no such host", "Correct its name."),
    ((ConnectionRefusedError,), "Nothing listens there", "Start the server, or correct host and port."),
    ((TimeoutError,), "The server does not answer in time", "It is tried again."),
    ((smtplib.SMTPServerDisconnected,), "The server closed the connection", "It is tried again."),
    ((smtplib.SMTPException, ValueError), "The server answers what is no SMTP", "Check host, port and tls."),
)


def cleaned(code: int, said: bytes) -> str:
    """What a server said, on one line."""
    words = " ".join("".join(one if one.isprintable() else " " for one in said.decode("utf-8", "replace")).split())
    return f"{code} {words}".strip()[:_LONGEST_WORDS]
