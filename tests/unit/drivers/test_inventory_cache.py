"""A kept inventory holds until something that it was made of changes, and only its owner can touch it."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.drivers import inventory_cache
from ansible_collections.kombify.stack.plugins.module_utils.drivers.inventory_cache import (
    MAX_ENTRIES,
    Entry,
    InventoryCache,
    is_fresh,
    make_entry,
    unchanged_since,
)

PLAN = {"groups": {}, "hostvars": {"nas": {"ansible_host": "10.0.0.1"}}, "templates": {}}


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "kombination.yaml"
    path.write_text("name: home\n", encoding="utf-8")
    return path


@pytest.fixture
def cache(tmp_path: Path) -> InventoryCache:
    return InventoryCache(tmp_path / "cache" / "kombify" / "inventory")


def folder_of(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "kombify" / "inventory"


def entry_of(*inputs: Path) -> Entry:
    return make_entry(PLAN, ["a warning"], inputs)


def test_an_entry_comes_back_as_it_was_kept(cache: InventoryCache, spec: Path) -> None:
    cache.save(spec, entry_of(spec))
    assert cache.load(spec) == entry_of(spec)


def test_an_unknown_spec_has_no_entry(cache: InventoryCache, spec: Path) -> None:
    assert cache.load(spec) is None


def test_a_changed_spec_has_no_entry_until_it_is_as_before(cache: InventoryCache, spec: Path) -> None:
    before = spec.read_text(encoding="utf-8")
    cache.save(spec, entry_of(spec))
    spec.write_text("name: other\n", encoding="utf-8")
    assert cache.load(spec) is None
    spec.write_text(before, encoding="utf-8")
    assert cache.load(spec) is not None


@pytest.mark.parametrize("what", ["changed", "removed", "came", "kit came", "code"])
def test_an_entry_ends_when_anything_behind_it_changes(
    what: str, cache: InventoryCache, spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    include, lock, kits = tmp_path / "nodes.yaml", tmp_path / "kombination.lock", tmp_path / "kits"
    include.write_text("nodes: {}\n", encoding="utf-8")
    kits.mkdir()
    cache.save(spec, entry_of(spec, include, lock, kits))
    assert cache.load(spec) is not None
    if what == "changed":
        include.write_text("nodes: {a: 10.0.0.1}\n", encoding="utf-8")
    elif what == "removed":
        include.unlink()
    elif what == "came":
        lock.write_text("version: 1\n", encoding="utf-8")
    elif what == "kit came":
        (kits / "own").mkdir()
    else:
        monkeypatch.setattr(inventory_cache, "code_hash", lambda: "newer")
    assert cache.load(spec) is None


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"code": 1}', "[" * 100_000, "\udcff"])
def test_a_broken_entry_is_ignored(content: str, cache: InventoryCache, spec: Path, tmp_path: Path) -> None:
    cache.save(spec, entry_of(spec))
    (file,) = folder_of(tmp_path).iterdir()
    file.write_bytes(content.encode("utf-8", "surrogateescape"))
    assert cache.load(spec) is None


@pytest.mark.parametrize("found", [None, [], "text", {}, {"code": "", "files": [], "plan": {}, "warnings": []}])
def test_what_is_no_entry_is_not_fresh(found: object) -> None:
    assert not is_fresh(found)


def test_only_the_owner_reads_what_is_kept(cache: InventoryCache, spec: Path, tmp_path: Path) -> None:
    cache.save(spec, entry_of(spec))
    folder = folder_of(tmp_path)
    (file,) = folder.iterdir()
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (folder.parent, folder, file)]
    assert modes == [0o700, 0o700, 0o600]


def test_a_folder_that_others_can_write_is_not_trusted(cache: InventoryCache, spec: Path, tmp_path: Path) -> None:
    cache.save(spec, entry_of(spec))
    folder_of(tmp_path).chmod(0o770)
    assert cache.load(spec) is None
    cache.save(spec, entry_of(spec))
    assert len(list(folder_of(tmp_path).iterdir())) == 1


def test_a_folder_that_cannot_be_made_is_no_error(spec: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    cache = InventoryCache(tmp_path / "file" / "kombify" / "inventory")
    cache.save(spec, entry_of(spec))
    assert cache.load(spec) is None


def test_the_oldest_entries_go(cache: InventoryCache, tmp_path: Path) -> None:
    specs = [tmp_path / f"{number}.yaml" for number in range(MAX_ENTRIES + 3)]
    for spec in specs:
        spec.write_text(spec.name, encoding="utf-8")
        cache.save(spec, entry_of(spec))
    assert len(list(folder_of(tmp_path).iterdir())) == MAX_ENTRIES
    assert cache.load(specs[-1]) is not None


def test_an_input_that_is_written_meanwhile_is_noticed(spec: Path) -> None:
    written = spec.stat().st_mtime_ns
    assert not unchanged_since(entry_of(spec), written - 1)
    assert unchanged_since(entry_of(spec), written + 10**9)


def test_the_folder_follows_the_environment(tmp_path: Path, spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    InventoryCache.of_user().save(spec, entry_of(spec))
    assert len(list(folder_of(tmp_path).glob("*.json"))) == 1
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    InventoryCache.of_user().save(spec, entry_of(spec))
    assert len(list((tmp_path / "home/.cache/kombify/inventory").glob("*.json"))) == 1


def test_looking_up_an_entry_imports_no_model() -> None:
    program = (
        "import sys, json;"
        "from ansible_collections.kombify.stack.plugins.module_utils.drivers import inventory_cache;"
        "inventory_cache.code_hash();"
        "print(json.dumps(sorted(sys.modules)))"
    )
    loaded = json.loads(subprocess.run([sys.executable, "-c", program], check=True, capture_output=True).stdout)
    assert [name for name in loaded if "pydantic" in name or ".spec." in name or ".plan." in name] == []
