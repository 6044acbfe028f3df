"""How a command ends: exit codes, the exceptions that carry them, and the one handler that shows them."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from enum import IntEnum
from pathlib import Path

from rich.text import Text

from kombify.cli.output import Output
from kombify.sim.errors import SimError

ISSUES = "https://github.com/kombify/stack/issues"


class Code(IntEnum):
    """What a program can learn from the end of a command."""

    FINE = 0
    FAILED = 1
    INVALID = 2
    REFUSED = 3
    DIFFERENT = 4
    INTERRUPTED = 130


class Stop(Exception):
    """Ends a command: what happened, and what to do about it."""

    def __init__(self, message: str, hint: str = "", *, code: Code = Code.FAILED) -> None:
        super().__init__(message)
        self.hint = hint
        self.code = code


class Refused(Stop):
    """What was asked for would destroy something."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message, hint, code=Code.REFUSED)


class Ended(Exception):
    """Ends a command whose output says everything already."""

    def __init__(self, code: Code) -> None:
        super().__init__()
        self.code = code


def guarded(arguments: Sequence[str]) -> int:
    """Run the application; turn whatever comes out of it into a message and an exit code."""
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except Stop as stop:
        _say(str(stop), stop.hint)
        return stop.code
    except SimError as error:
        _say(str(error), "")
        return Code.FAILED
    except BrokenPipeError:
        _forget_output()
        return Code.FAILED
    except OSError as error:
        _forget_output()
        where = f" {error.filename}" if error.filename else " the output"
        _say(f"cannot use{where}: {error.strerror or error}", "check the path, its rights and its space")
        return Code.FAILED
    except Exception as fault:  # noqa: BLE001 - the one place behind which there is only the user
        _say_fault(fault)
        return Code.FAILED
    return code


def _run(arguments: Sequence[str]) -> int:
    from kombify.cli.app import app

    try:
        app(list(arguments), prog_name="kombify")
    except SystemExit as end:
        # Typer ends a wrong command line with 2, which is our word for a spec that is invalid.
        code = end.code if isinstance(end.code, int) else Code.FAILED
        return Code.FAILED if code == Code.INVALID else code
    except Ended as end:
        return end.code
    return Code.FINE


def _forget_output() -> None:
    """Send what is still waiting to be written nowhere; Python would complain about it at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(message: str, hint: str) -> None:
    console = Output().stderr
    console.print(Text.assemble(("kombify: ", "bold red"), message))
    if hint:
        console.print(Text(hint))


def _say_fault(fault: Exception) -> None:
    frames = traceback.extract_tb(fault.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    _say(
        f"stopped by a fault of its own: {type(fault).__name__}: {fault}{place}",
        f"Please report this line and your command at {ISSUES}; KOMBIFY_DEBUG=1 shows more.",
    )
    if os.environ.get("KOMBIFY_DEBUG"):
        traceback.print_exception(fault, file=sys.stderr)
