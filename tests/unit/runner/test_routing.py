"""A routing table is parsed once, and what was kept of it is never trusted blindly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.utils.collection_loader import _collection_finder

from kombify.runner.routing import remember_routing

TABLE = b"plugin_routing: {lookup: {old: {redirect: a.b.new}}}\n"
READ = {"plugin_routing": {"lookup": {"old": {"redirect": "a.b.new"}}}}


@pytest.fixture
def parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What Ansible had to parse itself."""
    texts: list[Any] = []
    parse = _collection_finder._meta_yml_to_dict

    def count(text: bytes | str, about: Any) -> dict[str, Any]:
        texts.append(text)
        return parse(text, about)

    monkeypatch.setattr(_collection_finder, "_meta_yml_to_dict", count)
    remember_routing(tmp_path / "routing")
    return texts


def read(text: bytes) -> dict[str, Any]:
    return _collection_finder._meta_yml_to_dict(text, ("a.b", "runtime.yml"))


def test_a_table_is_parsed_once(parsed: list[Any]) -> None:
    assert [read(TABLE), read(TABLE), read(TABLE + b"more: {}\n")] == [READ, READ, {**READ, "more": {}}]
    assert parsed == [TABLE, TABLE + b"more: {}\n"]


def test_a_file_that_was_cut_off_is_parsed_again(parsed: list[Any], tmp_path: Path) -> None:
    read(TABLE)
    (kept,) = (tmp_path / "routing").iterdir()
    kept.write_bytes(kept.read_bytes()[:-3])
    assert read(TABLE) == READ
    assert parsed == [TABLE, TABLE]


def test_what_cannot_be_kept_is_parsed(parsed: list[Any], tmp_path: Path) -> None:
    (tmp_path / "routing").write_text("no folder")
    assert read(TABLE) == READ
    assert parsed == [TABLE]
