"""JSON as strictly as it has to be read where other programs and two databases read it again."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, NoReturn

DEEPEST = 64
LARGEST = 2**63 - 1
SMALLEST = -(2**63)


class NotStrict(ValueError):
    """What is wrong, and in which field."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class _Not:
    """A value that JSON does not have."""


def check_json(body: bytes) -> None:
    """Raise :class:`NotStrict` for JSON that is broken, too deep, or that others would read differently."""
    if not body.strip():
        return
    try:
        data = json.loads(body, object_pairs_hook=_unique, parse_constant=lambda _word: _Not)
    except UnicodeDecodeError:
        raise NotStrict("this is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise NotStrict(f"this is not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        _too_deep()
    except NotStrict:
        raise
    except ValueError:  # Python reads no number of thousands of digits
        raise NotStrict("there is a number with too many digits") from None
    for field, value in _values(data):
        wrong = _wrong_with(value)
        if wrong:
            raise NotStrict(wrong, field)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotStrict("this field is there twice", _shown(twice))
    return found


def _values(data: Any) -> Iterator[tuple[str, Any]]:
    """Return all keys and values with their places."""
    rest = [("", data, 0)]
    while rest:
        field, value, depth = rest.pop()
        if depth > DEEPEST:
            _too_deep()
        yield field, value
        if isinstance(value, dict):
            inner = [(f"{field}.{_shown(key)}".lstrip("."), item) for key, item in value.items()]
            yield from ((name, key) for (name, _), key in zip(inner, value, strict=True))
        elif isinstance(value, list):
            inner = [(f"{field}[{number}]", item) for number, item in enumerate(value)]
        else:
            continue
        rest.extend((name, item, depth + 1) for name, item in inner)


def _wrong_with(value: Any) -> str:
    if isinstance(value, str):
        return _wrong_with_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "this number is too large"
    if isinstance(value, int) and not SMALLEST <= value <= LARGEST:
        return "this number has more than 64 bits"
    return "NaN and Infinity are no JSON" if value is _Not else ""


def _wrong_with_text(text: str) -> str:
    if "\0" in text:
        return "there is a NUL character in this text"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "there is half a character (a lone surrogate) in this text"
    return ""


def _shown(key: str) -> str:
    """Return a name that can be shown whatever is in it."""
    return key[:80].encode("ascii", "backslashreplace").decode().replace("\0", "\\0")


def _too_deep() -> NoReturn:
    raise NotStrict(f"this is nested more than {DEEPEST} levels deep")
