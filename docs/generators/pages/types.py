# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What types of the models are called in the documentation, and how values of them are written."""

from __future__ import annotations

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from ansible_collections.kombify.stack.plugins.module_utils.spec.model import base, remediation
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import Bandwidth, Cpu, Duration, Size
from pages.markdown import code

VALUES = {
    Size: ("size", "A number with its unit: `8GiB` counts in 1024s, `500GB` in 1000s."),
    Cpu: ("CPU", "Cores such as `2` or `1.5`, or millicores such as `500m`."),
    Duration: ("duration", "A number with its unit: `30s`, `5m`, `6h`, `7d`, `2w`."),
    Bandwidth: ("bandwidth", "Bits per second with their unit: `50Mbit`."),
    base.Schedule: ("schedule", "`daily 02:30`, `sunday 03:00`, `monthly 1 04:00`, `every 6h`, or cron as a text."),
    base.Window: ("window", "`sunday 02:00-05:00`."),
    base.Address: ("address", "An IP address or a host name."),
    base.IpAddress: ("IP address", "`192.168.1.10`."),
    base.Cidr: ("network", "`192.168.1.0/24`."),
    base.Port: ("port", "`443`, `51820/udp` or `2379-2380`."),
    base.Version: ("version", "`16`, `1.34.3` or, for kits, a range such as `>=8.0.0`."),
    base.Secret: ("secret", "A reference such as `vault:kv/apps/shop#password` or `env:NAME`, never the value."),
    base.Selector: (
        "nodes",
        "A selector such as `nas`, `worker-*`, `site:hq`, `label:gpu=yes`, a cluster; or a list; `!` removes.",
    ),
    base.Words: ("texts", "A text, or a list of texts."),
    base.Text: ("text", "Any text; numbers and `true` are taken as written."),
    base.Anything: ("anything", "A mapping that is handed on and not checked."),
    remediation.Limit: ("limit", "So many times in a span: `3 per 1h`."),
}
PLAIN = {str: "text", int: "number", bool: "`true` or `false`", float: "number", Any: "anything"}


def name_of(kind: Any) -> str:
    """Return what a type is called, with links to what explains it."""
    kind = _written(kind)
    if kind in VALUES:
        name, _text = VALUES[kind]
        return f"[{name}](#values)"
    limits = _limits(kind)
    if limits:
        return f"number from {limits.get('ge')}" + (f" to {limits['le']}" if "le" in limits else "")
    return _name_of_plain(kind)


def _name_of_plain(kind: Any) -> str:
    inner = get_args(kind)
    match get_origin(kind):
        case origin if origin is Literal:
            return ", ".join(code("false" if word is False else word) for word in inner)
        case origin if origin in (Union, UnionType):
            return " or ".join(dict.fromkeys(name_of(one) for one in inner if one is not type(None)))
        case origin if origin in (tuple, list):
            return f"list of {name_of(inner[0])}"
        case origin if origin is dict:
            return f"by name: {name_of(inner[1])}"
    return PLAIN[kind] if kind in PLAIN else f"[{kind.__name__}](#{kind.__name__.lower()})"


def models_in(kind: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that a type is made of."""
    kind = _written(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    elif kind not in VALUES and get_origin(kind) not in (Annotated, Literal):
        for inner in get_args(kind):
            yield from models_in(inner)


def _written(kind: Any) -> Any:
    """Return the type that is written in a file: what a validator takes, not what it makes of it."""
    while kind not in VALUES and get_origin(kind) is Annotated and not _limits(kind):
        plain, *notes = get_args(kind)
        taken = [note.json_schema_input_type for note in notes if isinstance(note, BeforeValidator)]
        kind = taken[0] if taken and taken[0] is not PydanticUndefined else plain
    return kind


def _limits(kind: Any) -> dict[str, int]:
    """Return the limits of a number: those of the annotation itself, or of a field inside of it."""
    notes = get_args(kind)[1:] if get_origin(kind) is Annotated else ()
    single = [one for note in notes for one in (note.metadata if isinstance(note, FieldInfo) else [note])]
    return {
        name: getattr(one, name) for one in single for name, which in (("ge", Ge), ("le", Le)) if isinstance(one, which)
    }
