"""The password or token for a server: written down, or printed by a command of the owner's."""

import shlex
import subprocess

from salver.data.errors import SettingsError
from salver.data.mailbox import Server

_COMMAND_S = 60


def password_of(server: Server) -> str:
    """The password. Raises SettingsError when the command that prints it does not."""
    return printed(server.password_command, "password_command") if server.password_command else server.password


def token_of(server: Server) -> str:
    """The token for XOAUTH2. Raises SettingsError as `password_of` does."""
    return printed(server.token_command, "token_command")


def printed(command: str, key: str) -> str:
    """The first line that a command prints, run without a shell. What it prints is never shown."""
    todo = f"Correct {key}, or run it by hand to see."
    try:
        done = subprocess.run(  # noqa: S603 - the owner's own command
            shlex.split(command), capture_output=True, text=True, timeout=_COMMAND_S, check=False
        )
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or error
        raise SettingsError(f"{key} cannot be run ({what})", todo=todo) from error
    except subprocess.TimeoutExpired:
        raise SettingsError(f"{key} does not end within {_COMMAND_S} seconds", todo=todo) from None
    lines = done.stdout.splitlines()
    if done.returncode or not lines or not lines[0]:
        ended = f"ended with code {done.returncode}" if done.returncode else "printed nothing"
        raise SettingsError(f"{key} {ended}", todo=todo)
    return lines[0]
