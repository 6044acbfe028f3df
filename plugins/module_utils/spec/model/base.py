# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all parts of the model share: the base class, and the types of single values."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, WithJsonSchema

from ansible_collections.kombify.stack.plugins.module_utils.spec.schedules import (
    EXAMPLES,
    check_schedule,
    check_window,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.secretrefs import (
    check_secret,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import problem

_HOST = re.compile(
    r"(?=.{1,253}\Z)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\Z"
)
_PORT = re.compile(r"(?:[0-9]{1,5}(?:-[0-9]{1,5})?)(?:/(?:tcp|udp))?\Z")


class Part(BaseModel):
    """A part of the spec: unknown keys are problems, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, validate_by_name=True, validate_by_alias=True)


def _listed(value: Any) -> Any:
    """A single word where a list may stand is a list of one."""
    return [value] if isinstance(value, str) else value


def _address(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return str(ipaddress.ip_address(value))
        except ValueError:
            if _HOST.match(value) and not re.fullmatch(r"[0-9.]+", value):
                return value.lower()
    raise problem(
        "K205",
        f"'{value}' is not an address",
        "write an IP address such as 192.168.1.10, or a host name",
    )


def _ip(value: Any) -> Any:
    try:
        return str(ipaddress.ip_address(value if isinstance(value, str) else ""))
    except ValueError:
        raise problem("K205", f"'{value}' is not an IP address", "write one such as 192.168.1.10") from None


def _cidr(value: Any) -> Any:
    text = value if isinstance(value, str) and "/" in value else ""
    try:
        return str(ipaddress.ip_network(text))
    except ValueError:
        pass
    try:
        inside = ipaddress.ip_interface(text).network
    except ValueError:
        raise problem("K205", f"'{value}' is not a network", "write it as 192.168.1.0/24") from None
    raise problem("K205", f"'{value}' is an address inside a network", f"the network is {inside}")


def _port(value: Any) -> Any:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    numbers = [int(number) for number in re.findall(r"[0-9]{1,5}", text.partition("/")[0])]
    if not _PORT.match(text) or any(not 1 <= number <= 65535 for number in numbers) or numbers != sorted(numbers):
        raise problem("K205", f"'{value}' is not a port", "write 443, 51820/udp or 2379-2380")
    return text


def _version(value: Any) -> Any:
    """A version is text; a whole number such as ``16`` is meant as text too."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _text(value: Any) -> Any:
    """Labels are text; numbers and true/false are taken as written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else value


def _whole(value: Any) -> Any:
    """A number that was counted inside a text, ``"1{1:02}"``, arrives as text."""
    return int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value) else value


def counted(low: int, high: int) -> tuple[Any, ...]:
    """Return what makes an ``int`` a number between two others that may be counted by a range."""
    number, digits = Annotated[int, Field(ge=low, le=high)], Annotated[str, Field(pattern=r"^[0-9]{1,9}$")]
    return Field(ge=low, le=high), BeforeValidator(_whole, json_schema_input_type=number | digits)


def _schema(**parts: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", **parts})


Item = TypeVar("Item")
# Tuples, because a spec never changes; YAML gives lists, so only the container itself is lenient.
Many = Annotated[tuple[Item, ...], Strict(False)]

_MANY_WORDS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}

Address = Annotated[str, BeforeValidator(_address), _schema(description="An IP address or host name.")]
IpAddress = Annotated[str, BeforeValidator(_ip), _schema(description="An IP address.")]
Cidr = Annotated[
    str,
    BeforeValidator(_cidr),
    _schema(description="A network such as 192.168.1.0/24."),
]
Port = Annotated[
    str,
    BeforeValidator(_port),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": 65535},
                {"type": "string"},
            ]
        }
    ),
]
Version = Annotated[
    str,
    BeforeValidator(_version),
    WithJsonSchema({"type": ["string", "number"]}),
]
Text = Annotated[
    str,
    BeforeValidator(_text),
    WithJsonSchema({"type": ["string", "number", "boolean"]}),
]
Words = Annotated[Many[str], BeforeValidator(_listed), WithJsonSchema(_MANY_WORDS)]
Selector = Annotated[
    Many[str],
    BeforeValidator(_listed),
    WithJsonSchema(
        _MANY_WORDS
        | {"description": "Nodes: a name, worker-*, site:hq, label:gpu=yes, type:nas, a cluster, or a list; ! removes."}
    ),
]
Secret = Annotated[
    str,
    BeforeValidator(check_secret),
    _schema(description="A reference such as vault:kv/path#key, never the value."),
]
Schedule = Annotated[str, BeforeValidator(check_schedule), _schema(description=f"When: {EXAMPLES}.")]
Window = Annotated[
    str,
    BeforeValidator(check_window),
    _schema(description="A window such as sunday 02:00-05:00."),
]
State = Literal["present", "running", "stopped", "maintenance", "absent"]
Arch = Literal["amd64", "arm64", "arm", "riscv64"]
Mode = Literal["error", "warn", "off"]
Anything = dict[str, Any]
