# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command `kombify`, out of the application itself."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any, get_args, get_type_hints

import typer

from kombify.cli.app import EPILOG, app
from pages.markdown import code, page, table

HEADS = ("Option", "Meaning", "Default")


def cli_page() -> str:
    """Return the page."""
    group = typer.main.get_command(app)
    return page("# The command kombify", group.help, _options(group), EPILOG, *_commands(group))


def _commands(group: Any, words: str = "") -> Iterator[str]:
    """Yield the sections of all commands; those of a group follow it."""
    for name, command in group.commands.items():
        if not command.hidden:
            yield _command(words + name, command)
            if hasattr(command, "commands"):
                yield from _commands(command, f"{words}{name} ")


def _command(name: str, command: Any) -> str:
    options = "COMMAND" if hasattr(command, "commands") else "[OPTIONS]"
    usage = " ".join(["kombify", name, options, *(_argument(one) for one in command.params if _is_argument(one))])
    arguments = [(code(_argument(one)), one.help or "", _default(one)) for one in command.params if _is_argument(one)]
    parts = [
        f"## kombify {name}",
        _text(command.help),
        f"```console\n$ {usage}\n```",
        table(("Argument", *HEADS[1:]), arguments),
        _options(command),
        _text(command.epilog),
    ]
    return "\n\n".join(part for part in parts if part)


def _options(command: Any) -> str:
    """Return the options that are ours: Typer adds some that differ between its versions."""
    kinds = get_type_hints(command.callback)
    options = [one for one in command.params if not _is_argument(one) and one.name in kinds and not one.hidden]
    return table(HEADS, ((_option(one, kinds[one.name]), one.help or "", _default(one)) for one in options))


def _is_argument(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "argument")


def _argument(parameter: Any) -> str:
    name = parameter.metavar or parameter.name.upper()
    return name if parameter.required or name.startswith("[") else f"[{name}]"


def _option(option: Any, kind: Any) -> str:
    names = ", ".join(code(name) for name in [*option.opts, *option.secondary_opts])
    if option.is_flag:
        return names
    choices = [code(one.value) for word in (kind, *get_args(kind)) for one in _members(word)]
    return f"{names} {' or '.join(choices) or option.metavar or option.name.upper()}"


def _members(kind: Any) -> list[Enum]:
    return list(kind) if isinstance(kind, type) and issubclass(kind, Enum) else []


def _default(parameter: Any) -> str:
    if isinstance(parameter.show_default, str):
        return parameter.show_default
    default = getattr(parameter.default, "value", parameter.default)
    return code(default) if isinstance(default, str | int) and not isinstance(default, bool) and default != "" else ""


def _text(text: str | None) -> str:
    """Return a help text without the marks that are for the terminal."""
    return (text or "").replace("\b\n", "").strip()
