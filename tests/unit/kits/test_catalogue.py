"""Where kits are found, and in which order."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import BUILTIN, Catalogue
from ansible_collections.kombify.stack.plugins.module_utils.kits.versions import VersionRange

FIXTURES = Path(__file__).parent / "fixtures" / "kits"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A source of one's own: the built-in Glance with another version, and the built-in Traefik unchanged."""
    for name in ("glance", "traefik"):
        shutil.copytree(BUILTIN / name, tmp_path / "own" / name)
    file = tmp_path / "own" / "glance" / "kit.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("version: 1.0.0", "version: 9.9.9"), encoding="utf-8")
    return tmp_path / "own"


def test_the_first_source_that_has_a_kit_wins(own: Path) -> None:
    catalogue = Catalogue({"own": own, "builtin": BUILTIN})
    glance, vault = catalogue.get("glance"), catalogue.get("vault")
    assert glance is not None
    assert vault is not None
    assert (glance.version, glance.source_name) == ("9.9.9", "own")
    assert vault.source_name == "builtin"


def test_a_source_can_be_named(own: Path) -> None:
    catalogue = Catalogue({"own": own, "builtin": BUILTIN})
    kit = catalogue.get("glance@builtin")
    assert kit is not None
    assert (kit.version, kit.source_name) == ("1.0.0", "builtin")
    assert catalogue.get("vault@own") is None
    assert catalogue.get("glance@nowhere") is None


def test_names_come_from_all_sources_once_and_in_order(own: Path) -> None:
    (own / "aaa").mkdir()
    shutil.copy(own / "glance" / "kit.yaml", own / "aaa" / "kit.yaml")
    names = Catalogue({"own": own, "builtin": BUILTIN}).names()
    assert names[0] == "aaa"
    assert names == sorted(set(names))


def test_an_unknown_kit_has_no_problems_of_its_own() -> None:
    catalogue = Catalogue()
    assert catalogue.get("nextclod") is None
    assert catalogue.problems("nextclod") == ()


@pytest.mark.parametrize("name", ["", "..", "../stackkits/glance", "/etc", "glance/", "@", "@builtin"])
def test_a_name_that_leaves_the_directory_is_unknown(name: str) -> None:
    assert Catalogue().get(name) is None


def test_a_kit_is_read_once(own: Path) -> None:
    catalogue = Catalogue({"own": own})
    first = catalogue.get("glance")
    shutil.rmtree(own)
    assert catalogue.get("glance") is first


def test_only_the_kit_that_is_asked_for_is_read(own: Path) -> None:
    (own / "traefik" / "kit.yaml").write_text("this is: [no kit", encoding="utf-8")
    catalogue = Catalogue({"own": own})
    assert catalogue.get("glance") is not None
    assert catalogue.problems("glance") == ()
    assert catalogue.get("traefik") is None
    assert catalogue.problems("traefik") != ()


def test_a_source_that_does_not_exist_has_no_kits(tmp_path: Path) -> None:
    assert Catalogue({"gone": tmp_path / "gone"}).names() == []


def test_providers_are_found_without_an_index(own: Path) -> None:
    assert Catalogue({"own": own}).providers("route") == ["traefik"]


def test_providers_come_from_the_index_where_there_is_one() -> None:
    assert Catalogue().providers("postgresql") == ["postgresql"]
    assert Catalogue().providers("certificates") == ["cert-manager", "vault"]


@pytest.mark.parametrize("index", ["", "[]", "{", '{"kits": 3}', '{"kits": {"traefik": {}}}', "\x00"])
def test_a_broken_index_is_as_good_as_none(own: Path, index: str) -> None:
    (own / "index.json").write_text(index, encoding="utf-8")
    assert Catalogue({"own": own}).providers("route") == ["traefik"]


def test_the_digest_follows_the_content(own: Path) -> None:
    builtin, changed = Catalogue().get("glance"), Catalogue({"own": own}).get("glance")
    same = Catalogue({"own": own}).get("traefik")
    traefik = Catalogue().get("traefik")
    assert builtin is not None
    assert changed is not None
    assert same is not None
    assert traefik is not None
    assert builtin.digest != changed.digest
    assert same.digest == traefik.digest


def test_a_kit_matches_by_its_own_version_or_its_charts() -> None:
    traefik = Catalogue().get("traefik")
    assert traefik is not None
    matching = [text for text in ("v37.2.0", "1.0.0", ">=37", "v3.4.0", "2") if traefik.matches(VersionRange(text))]
    assert matching == ["v37.2.0", "1.0.0", ">=37"]
