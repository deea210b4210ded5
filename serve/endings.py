"""How a command ends when it cannot go on: one sentence on stderr and an exit code, never a traceback for bad input.

0    done
1    the bundle, the store, the disk or the network did not allow it
2    what was given cannot be taken: the command line, a file, a setting
130  stopped by hand (Ctrl-C)
141  whoever read the output closed it
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from salver.data.errors import InputError, SalverError, SettingsError

REFUSED = 1
WRONG_INPUT = 2
STOPPED = 130
OUTPUT_CLOSED = 141


class Stopped(Exception):  # noqa: N818
    """The user stopped the command, nothing is wrong; the words say what is kept and how to go on."""


class FailedError(Exception):
    """A command ended, and not everything could be done; what could was done and told."""


@contextmanager
def sentences() -> Iterator[None]:
    """Turn whatever a person can do something about into a sentence on stderr and an exit code."""
    try:
        yield
        sys.stdout.flush()
    except SalverError as error:
        raise _end(str(error), WRONG_INPUT if isinstance(error, InputError | SettingsError) else REFUSED) from None
    except FailedError as failed:
        raise _end(str(failed), REFUSED) from None
    except Stopped as stopped:
        raise _end(str(stopped), STOPPED) from None
    except KeyboardInterrupt:
        raise _end("Stopped. Nothing half-done was left; start the same command again.", STOPPED) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that the flush at exit has somewhere to go
        raise _end("Whoever read the output closed it before the end.", OUTPUT_CLOSED) from None
    except OSError as error:
        raise _end(_of_system(error), REFUSED) from None


def _end(sentence: str, code: int) -> typer.Exit:
    typer.echo("salver: " + " ".join(sentence.split()), err=True)
    return typer.Exit(code)


def _of_system(error: OSError) -> str:
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{error.strerror or error}. Change that and start again; what was finished is kept."
