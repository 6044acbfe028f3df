# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks the values that a user gives to a kit's parameters, and fills in the defaults (K310, K901)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import PydanticCustomError

from ansible_collections.kombify.stack.plugins.module_utils.kits.model import Kit
from ansible_collections.kombify.stack.plugins.module_utils.kits.param_model import Param
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place, Problem, did_you_mean
from ansible_collections.kombify.stack.plugins.module_utils.spec.secretrefs import parse_secret_ref
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import parse_cpu, parse_duration, parse_size

_AMOUNTS: dict[str, Callable[[Any], int]] = {"size": parse_size, "duration": parse_duration, "cpu": parse_cpu}
_PLAIN: dict[str, tuple[type[str | int], str]] = {
    "string": (str, "text"),
    "integer": (int, "a whole number"),
    "boolean": (bool, "true or false"),
}


def check_params(
    kit: Kit, values: Mapping[str, Any], place_of: Callable[[str | None], Place]
) -> tuple[dict[str, Any], list[Problem]]:
    """Return the values with defaults, and the problems; ``place_of(None)`` is where a missing one belongs.

    Amounts stay as the user wrote them. Secrets that the kit makes itself are left out.
    """
    problems = []
    for name, value in values.items():
        param = kit.params.get(name)
        if param is None:
            message = f"kit '{kit.name}' has no param '{name}'"
            hint = did_you_mean(name, kit.params)
            problems.append(Problem("K310", message, place_of(name), f"{hint} {param_list(kit)}".strip()))
        elif wrong := param_fault(param, value):
            code = "K901" if param.type == "secret" else "K310"
            problems.append(Problem(code, f"param '{name}' {wrong}", place_of(name), f"{name}: {describe(param)}"))
    for name, param in kit.params.items():
        if param.required and values.get(name) is None:
            message = f"kit '{kit.name}' needs the param '{name}'"
            problems.append(Problem("K310", message, place_of(None), f"{name}: {describe(param)}"))
    defaults = {name: param.default for name, param in kit.params.items() if param.default is not None}
    given = {name: value for name, value in values.items() if name in kit.params and value is not None}
    return {**defaults, **given}, problems


def param_fault(param: Param, value: Any) -> str | None:
    """Say what is wrong with a value, as the end of a sentence that names the param; None when nothing is."""
    if value is None:
        return "must have a value" if param.required else None
    if param.type == "secret":
        # The value is not repeated: it may well be the secret.
        fine = isinstance(value, str) and parse_secret_ref(value) is not None
        return None if fine else "must be a reference to a secret, not the secret itself"
    try:
        amount = _AMOUNTS[param.type](value) if param.type in _AMOUNTS else _plain(param, value)
        return _outside(param, amount)
    except PydanticCustomError as error:
        return f"is wrong: {error.message()}"
    except _FaultError as error:
        return str(error)


class _FaultError(Exception):
    """What is wrong with a plain value."""


def _plain(param: Param, value: Any) -> int:
    """Return what the limits of a plain value count: the number itself, or the characters of a text."""
    kind, words = _PLAIN[param.type]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise _FaultError(f"must be {words}, not {value!r}")
    if not isinstance(value, str):
        return int(value)
    if param.values and value not in param.values:
        raise _FaultError(f"may not be '{value}': {did_you_mean(value, param.values, 'not one of its values')}")
    if param.pattern is not None and not re.search(param.pattern, value):
        raise _FaultError(f"does not match {param.pattern}: '{value}'")
    return len(value)


def _outside(param: Param, amount: int) -> str | None:
    read: Callable[[Any], int] = _AMOUNTS.get(param.type, int)
    if param.min is not None and amount < read(param.min):
        return f"is less than {param.min}"
    if param.max is not None and amount > read(param.max):
        return f"is more than {param.max}"
    return None


def describe(param: Param) -> str:
    """Return what may be written: ``size, 512MiB when left out, at least 128MiB``."""
    parts = [str(param.type)]
    if param.values:
        parts = ["one of " + ", ".join(param.values)]
    if param.type == "secret":
        parts.append("write vault:PATH#KEY" + ("" if param.required else " or leave it out"))
    if param.default is not None:
        shown = str(param.default).lower() if isinstance(param.default, bool) else param.default
        parts.append(f"{shown} when left out")
    if param.pattern:
        parts.append(f"matching {param.pattern}")
    if param.min is not None:
        parts.append(f"at least {param.min}")
    if param.max is not None:
        parts.append(f"at most {param.max}")
    return ", ".join(parts)


def param_list(kit: Kit) -> str:
    """Return the kit's params in one line."""
    if not kit.params:
        return "it has none"
    return "its params: " + ", ".join(f"{name} ({param.type})" for name, param in kit.params.items())
