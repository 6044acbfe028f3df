# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ranges in names, ``branch-[01:40]-n[1:3]``, and the numbers inside an entry, ``{1}``, ``{2+10}``, ``{1:02}``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import (
    Mapping,
    Node,
    Scalar,
    Sequence,
)

MAX_ITEMS = 10_000

_RANGE = re.compile(r"\[([^\]]*)\]")
_BOUNDS = re.compile(r"([0-9]{1,9}):([0-9]{1,9})\Z")
_NUMBER = re.compile(r"\{([0-9]{1,2})(?:([+-])([0-9]{1,9}))?(?::0([0-9]))?\}")

Numbers = tuple[int, ...]
Build = Callable[[Numbers], Any]


class BadRange(ValueError):
    """A range that cannot be counted: what is wrong, and what to write instead."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Range:
    """Whole numbers from first to last, padded with zeros to a width."""

    first: int
    last: int
    width: int

    def __len__(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True)
class Pattern:
    """A name with ranges: the text between them, and the ranges."""

    text: str
    parts: tuple[str, ...]
    ranges: tuple[Range, ...]

    @property
    def count(self) -> int:
        """How many names the pattern stands for."""
        total = 1
        for one in self.ranges:
            total *= len(one)
        return total

    def names(self) -> Iterator[tuple[str, Numbers]]:
        """Iterate over every name with the numbers of its ranges."""
        for numbers in product(*(range(one.first, one.last + 1) for one in self.ranges)):
            pieces = [self.parts[0]]
            for number, one, part in zip(numbers, self.ranges, self.parts[1:], strict=True):
                pieces.append(f"{number:0{one.width}d}{part}")
            yield "".join(pieces), numbers


def is_pattern(name: str) -> bool:
    """Tell whether a name holds a range."""
    return "[" in name or "]" in name


def parse_pattern(text: str) -> Pattern:
    """Read a name with ranges; raises :class:`BadRange` with a remedy (K210)."""
    parts = _RANGE.split(text)
    ranges = tuple(_range(bounds, text) for bounds in parts[1::2])
    pattern = Pattern(text, tuple(parts[0::2]), ranges)
    if any("[" in part or "]" in part for part in pattern.parts):
        raise BadRange(f"'{text}' has a bracket without its partner", "write a range as [01:40]")
    if pattern.count > MAX_ITEMS:
        raise BadRange(
            f"'{text}' stands for {pattern.count:,} names",
            f"one entry may have {MAX_ITEMS:,}",
        )
    return pattern


def _range(bounds: str, text: str) -> Range:
    match = _BOUNDS.match(bounds)
    if match is None:
        raise BadRange(
            f"[{bounds}] in '{text}' is not a range of whole numbers",
            "write it as [1:9] or [01:40]",
        )
    low, high = match.groups()
    padded = (len(low) > 1 and low.startswith("0")) or (len(high) > 1 and high.startswith("0"))
    width = max(len(low), len(high)) if padded else 1
    if int(low) > int(high):
        raise BadRange(f"[{bounds}] in '{text}' runs backwards", f"write [{high:0>{width}}:{low:0>{width}}]")
    if padded and len(low) != len(high):
        raise BadRange(
            f"[{bounds}] in '{text}' pads its ends differently",
            f"write [{low:0>{width}}:{high:0>{width}}]",
        )
    return Range(int(low), int(high), width)


def has_number(text: str) -> bool:
    """Tell whether a text refers to a range's number."""
    return "{" in text and _NUMBER.search(text) is not None


def unknown_numbers(text: str, ranges: int) -> list[str]:
    """Return the references in a text that no range answers (K211)."""
    return [match[0] for match in _NUMBER.finditer(text) if not 1 <= int(match[1]) <= ranges]


def compile_tree(node: Node) -> Build:
    """Return a function from range numbers to the plain data of a tree; what holds no number is built once."""
    build = _compile(node)
    if build is not None:
        return build
    return lambda numbers, fixed=node: fixed.plain()  # type: ignore[misc]


def _compile(node: Node) -> Build | None:
    if isinstance(node, Scalar):
        return _compile_text(node.text) if has_number(node.text) else None
    if isinstance(node, Sequence):
        return _compile_sequence(node)
    return _compile_mapping(node) if isinstance(node, Mapping) else None


def _compile_sequence(node: Sequence) -> Build | None:
    parts = [(item, _compile(item)) for item in node.items]
    if all(build is None for _item, build in parts):
        return None
    return lambda numbers: [build(numbers) if build else item.plain() for item, build in parts]


def _compile_mapping(node: Mapping) -> Build | None:
    parts = [(name, value, _compile(value)) for name, value in node.items()]
    if all(build is None for _name, _value, build in parts):
        return None
    fixed = {name: value.plain() for name, value, build in parts if build is None}
    moving = [(name, build) for name, _value, build in parts if build is not None]
    return lambda numbers: fixed | {name: build(numbers) for name, build in moving}


def _compile_text(text: str) -> Build:
    pieces = _NUMBER.split(text)
    if len(pieces) == 6 and not pieces[0] and not pieces[5] and pieces[4] is None:
        return lambda numbers: _number(pieces[1], pieces[2], pieces[3], numbers)

    def build(numbers: Numbers) -> str:
        out = [pieces[0]]
        for index in range(1, len(pieces), 5):
            which, sign, offset, width, tail = pieces[index : index + 5]
            out.append(f"{_number(which, sign, offset, numbers):0{width or 1}d}{tail}")
        return "".join(out)

    return build


def _number(which: str, sign: str | None, offset: str | None, numbers: Numbers) -> int:
    index = int(which) - 1
    value = numbers[index] if 0 <= index < len(numbers) else 0
    return value + (int(f"{sign}{offset}") if sign else 0)
