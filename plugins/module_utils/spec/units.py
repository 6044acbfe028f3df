# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Amounts with units, as pydantic types: sizes in bytes, durations in seconds, CPU in millicores, bandwidth in bit/s.

A unit is mandatory (8 GB and 8 GiB differ by 7 percent), so a bare number is K206 and the
message guesses what was meant. The ``format_*`` functions are exact inverses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

_BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50}
_DECIMAL = {"k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}
SIZE_UNITS: dict[str, int] = {
    "B": 1,
    **_BINARY,
    **{f"{unit}B": factor for unit, factor in _BINARY.items()},
    **{f"{unit}B": factor for unit, factor in _DECIMAL.items()},
}
DURATION_UNITS: dict[str, int] = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
BANDWIDTH_UNITS: dict[str, int] = {
    "bit": 1,
    "kbit": 10**3,
    "Mbit": 10**6,
    "Gbit": 10**9,
}

_AMOUNT = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,6}))?\s*([A-Za-z]*)\Z")


def problem(code: str, message: str, hint: str = "") -> PydanticCustomError:
    """Make a validation error that keeps its own problem code and remedy."""
    return PydanticCustomError(code, "{message}", {"message": message, "hint": hint})


def _amount(value: Any, units: dict[str, int], *, what: str, guess: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise problem("K205", f"expected a {what} such as {guess}", f"write it as {guess}")
    match = _AMOUNT.match(str(value).strip())
    if match is None:
        raise problem("K205", f"'{value}' is not a {what}", f"write it as {guess}")
    whole, fraction, unit = match.groups()
    if not unit:
        likely = re.sub(r"^[0-9.]+", f"{whole}" + (f".{fraction}" if fraction else ""), guess)
        raise problem("K206", f"{what} {value} has no unit", f"{value} what? write {likely}")
    factor = units.get(unit)
    if factor is None:
        number = f"{whole}.{fraction}" if fraction else whole
        meant = [number + known for known in units if known.lower().startswith(unit.lower())]
        hint = f"write {' or '.join(meant)}" if meant else f"known units: {', '.join(units)}"
        raise problem("K206", f"'{unit}' in '{value}' is not a unit of a {what}", hint)
    scaled = int(whole) * factor
    if fraction:
        scaled += int(fraction) * factor // 10 ** len(fraction)
    return scaled


def parse_size(value: Any) -> int:
    """Return a size in bytes; ``GB`` counts in thousands, ``GiB`` and ``Gi`` in 1024s."""
    return _amount(value, SIZE_UNITS, what="size", guess="8GiB")


def parse_duration(value: Any) -> int:
    """Return a duration in seconds."""
    return _amount(value, DURATION_UNITS, what="duration", guess="5m")


def parse_bandwidth(value: Any) -> int:
    """Return a bandwidth in bits per second."""
    return _amount(value, BANDWIDTH_UNITS, what="bandwidth", guess="50Mbit")


def parse_cpu(value: Any) -> int:
    """Return CPU in millicores; ``2`` means two cores, ``500m`` half a core."""
    if isinstance(value, int) and not isinstance(value, bool):
        if value < 0:
            raise problem("K205", f"{value} cores cannot be", "write it as 2 or 500m")
        return value * 1000
    match = re.match(r"([0-9]{1,9})(?:\.([0-9]{1,3}))?(m?)\Z", str(value).strip()) if isinstance(value, str) else None
    if match is None or (match[2] and match[3]):
        raise problem(
            "K205",
            f"'{value}' is not an amount of CPU",
            "write cores (2) or millicores (500m)",
        )
    if match[3]:
        return int(match[1])
    return int(match[1]) * 1000 + int((match[2] or "0").ljust(3, "0"))


def _exact(value: int, units: dict[str, int]) -> str:
    for unit, factor in sorted(units.items(), key=lambda pair: (-pair[1], pair[0])):
        if value and value % factor == 0:
            return f"{value // factor}{unit}"
    return f"{value}{next(iter(units))}"


def format_size(value: int) -> str:
    """Return the shortest exact text of a size in bytes, binary units first: ``8GiB``, ``60TB``, ``1234B``."""
    binary = {"B": 1, **{f"{unit}B": factor for unit, factor in _BINARY.items()}}
    decimal = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
    return min(
        _exact(value, binary),
        _exact(value, decimal),
        key=lambda text: (len(text), "i" not in text),
    )


def human_size(value: int) -> str:
    """Return a size for people, rounded to a tenth: ``30.0 GiB``; never parsed again."""
    if abs(value) < _BINARY["Ki"]:
        return f"{value} B"
    sign = "-" if value < 0 else ""
    for unit, limit in (("Ki", 1024), ("Mi", 1024), ("Gi", 10 * 1024)):
        tenths = _tenths(abs(value), _BINARY[unit])
        if tenths < 10 * limit:
            return f"{sign}{tenths // 10}.{tenths % 10} {unit}B"
    tenths = _tenths(abs(value), _BINARY["Ti"])
    return f"{sign}{tenths // 10}.{tenths % 10} TiB"


def _tenths(value: int, factor: int) -> int:
    return (value * 10 * 2 + factor) // (2 * factor)


def format_duration(value: int) -> str:
    """Return the shortest exact text of a duration in seconds."""
    return _exact(value, DURATION_UNITS)


def format_bandwidth(value: int) -> str:
    """Return the shortest exact text of a bandwidth in bits per second."""
    return _exact(value, BANDWIDTH_UNITS)


def format_cpu(value: int) -> str | int:
    """Return cores as a number when they are whole, else millicores as text."""
    return value // 1000 if value % 1000 == 0 else f"{value}m"


def _type(parse: Callable[[Any], int], show: Callable[[int], Any], schema: dict[str, Any]) -> Any:
    return (BeforeValidator(parse), PlainSerializer(show), WithJsonSchema(schema))


def _pattern(units: dict[str, int], example: str, description: str) -> dict[str, Any]:
    choice = "|".join(sorted(units, key=lambda unit: (-len(unit), unit)))
    pattern = rf"^[0-9]+(\.[0-9]+)?\s*({choice})$"
    return {
        "type": "string",
        "pattern": pattern,
        "examples": [example],
        "description": description,
    }


_CPU_SCHEMA = {
    "anyOf": [
        {"type": "integer", "minimum": 0},
        {"type": "string", "pattern": r"^[0-9]+(\.[0-9]{1,3}|m)?$"},
    ],
    "examples": [2, "500m"],
    "description": "Cores (2) or millicores (500m).",
}

Size = Annotated[
    int,
    *_type(
        parse_size,
        format_size,
        _pattern(
            SIZE_UNITS,
            "8GiB",
            "A size with its unit: GiB counts in 1024s, GB in 1000s.",
        ),
    ),
]
Duration = Annotated[
    int,
    *_type(
        parse_duration,
        format_duration,
        _pattern(DURATION_UNITS, "5m", "A duration with its unit."),
    ),
]
Bandwidth = Annotated[
    int,
    *_type(
        parse_bandwidth,
        format_bandwidth,
        _pattern(BANDWIDTH_UNITS, "50Mbit", "Bits per second with their unit."),
    ),
]
Cpu = Annotated[int, *_type(parse_cpu, format_cpu, _CPU_SCHEMA)]
