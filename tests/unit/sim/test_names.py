"""The name server of a lab: its machines, and nothing else, at once."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from kombify.sim.egress.__main__ import addresses
from kombify.sim.egress.dns import reply

A, AAAA, PTR = 1, 28, 12
EDNS = b"\0\0)\x05\xc0\0\0\0\0\0\0\0"


def query(name: str, kind: int = A, *, flags: int = 0x0120, more: bytes = b"") -> bytes:
    """Return a question as the C library asks it."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack(">6H", 7, flags, 1, 0, 0, bool(more)) + labels + b"\0" + struct.pack(">2H", kind, 1) + more


def known(name: str) -> str | None:
    return {"nas": "10.77.0.11"}.get(name)


@pytest.mark.parametrize("more", [b"", EDNS], ids=["plain", "EDNS"])
def test_a_machine_has_its_address(more: bytes) -> None:
    answer = reply(query("NAS", more=more), known)
    assert answer is not None
    assert struct.unpack(">6H", answer[:12]) == (7, 0x8580, 1, 1, 0, 0)
    assert answer.endswith(bytes([10, 77, 0, 11]))


def test_a_machine_has_no_other_records() -> None:
    answer = reply(query("nas", AAAA), known)
    assert answer is not None
    assert struct.unpack(">6H", answer[:12]) == (7, 0x8580, 1, 0, 0, 0)


@pytest.mark.parametrize(
    ("name", "kind"), [("example.org", A), ("nas.example.org", A), ("11.0.77.10.in-addr.arpa", PTR)]
)
def test_there_is_no_other_name(name: str, kind: int) -> None:
    answer = reply(query(name, kind), known)
    assert answer is not None
    assert struct.unpack(">6H", answer[:12]) == (7, 0x8583, 1, 0, 0, 0)


@pytest.mark.parametrize(
    "noise",
    [b"", b"\0" * 5, query("nas", flags=0x8180), query("nas")[:-3], b"\0" * 12 + b"\xc0\x0c\0\1\0\1", b"\xff" * 40],
    ids=["nothing", "too short", "an answer", "cut off", "no question", "noise"],
)
def test_what_is_no_question_gets_no_answer(noise: bytes) -> None:
    assert reply(noise, known) is None


def test_addresses_are_those_of_the_orders(tmp_path: Path) -> None:
    (tmp_path / "nas").mkdir()
    order = {"name": "nas", "address": "10.77.0.11/24", "memory": None, "user": "root", "keys": []}
    (tmp_path / "nas/machine.json").write_text(json.dumps(order))
    lookup = addresses(tmp_path)
    assert [lookup(name) for name in ("nas", "mini", "", "..", "nas/../nas", "x\0")] == ["10.77.0.11", *[None] * 5]
