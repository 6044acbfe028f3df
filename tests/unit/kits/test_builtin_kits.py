"""The kits that come with the collection keep the promises that a user relies on."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.kits.capabilities import DATABASES
from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import BUILTIN, Catalogue
from ansible_collections.kombify.stack.plugins.module_utils.kits.model import Kit

CATALOGUE = Catalogue()
NAMES = CATALOGUE.names()


@pytest.fixture(params=NAMES)
def kit(request: pytest.FixtureRequest) -> Kit:
    found = CATALOGUE.get(request.param)
    assert found is not None, [str(problem) for problem in CATALOGUE.problems(request.param)]
    return found


def images(kit: Kit) -> list[str]:
    return [container.image for container in kit.containers.values() if container.image]


def test_loads_without_any_problem(kit: Kit) -> None:
    assert [str(problem) for problem in CATALOGUE.problems(kit.name)] == []


def test_figures_name_their_source(kit: Kit) -> None:
    sources = "vendor documentation|vendor's|no vendor figure|no vendor minimum|estimate|chart's|objects only"
    assert re.search(sources, kit.figures), kit.figures


def test_requests_and_limits_are_real_amounts(kit: Kit) -> None:
    runs = kit.name != "namespaces"
    assert (kit.resources.cpu.request > 0) is runs
    assert (kit.resources.memory.request > 0) is runs
    assert all(volume.size > 0 for volume in kit.volumes.values())


def test_images_have_a_registry_and_a_version(kit: Kit) -> None:
    for image in images(kit):
        registry = image.partition("/")[0]
        assert "." in registry, f"{image} does not say its registry"
        tag = image.rpartition(":")[2]
        assert not re.match(r"(latest|stable|main|release)\b", tag), image


def test_depends_on_no_bitnami_image_or_chart(kit: Kit) -> None:
    text = (BUILTIN / kit.name / "kit.yaml").read_text(encoding="utf-8")
    without_notes = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("- The chart"))
    assert "bitnami" not in without_notes.lower()


def test_what_it_requires_is_supplied_by_some_kit(kit: Kit) -> None:
    for name, requirement in kit.requires.items():
        providers = [CATALOGUE.get(provider) for provider in CATALOGUE.providers(requirement.type)]
        assert providers, f"nobody provides {requirement.type} for {name}"
        if requirement.version is None or requirement.bundled:
            continue
        offered = [one for provider in providers if provider and (one := provider.provided(requirement.type))]
        assert any(requirement.version.highest(one.versions) for one in offered), f"{name}: {requirement.version}"


def test_a_database_consumer_counts_its_connections(kit: Kit) -> None:
    for name, requirement in kit.requires.items():
        counted = requirement.type in DATABASES - {"valkey", "clickhouse"}
        assert (requirement.connections > 0) is counted, name


def test_what_must_be_saved_has_a_reason_when_it_is_not(kit: Kit) -> None:
    for name, volume in kit.volumes.items():
        assert volume.backup or volume.why, f"volume {name} is not backed up and does not say why"


def test_security_runs_unprivileged_or_says_why(kit: Kit) -> None:
    assert kit.security.run_as_non_root or kit.security.why
    assert not kit.security.privileged


def test_has_a_licence_and_a_drawing_of_its_own(kit: Kit) -> None:
    assert kit.icon is not None
    drawing = ElementTree.parse(BUILTIN / kit.name / kit.icon).getroot()  # noqa: S314 (our own file)
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    assert kit.licence


def test_a_volume_called_data_takes_the_short_form_of_storage(kit: Kit) -> None:
    own = set(kit.volumes) - {name for one in kit.requires.values() if one.bundled for name in one.bundled.volumes}
    assert not own or "data" in own


def test_every_folder_is_a_kit() -> None:
    assert sorted(path.name for path in BUILTIN.iterdir() if path.is_dir()) == NAMES


def test_the_pool_of_a_database_is_not_larger_than_its_image_allows() -> None:
    kit = CATALOGUE.get("postgresql")
    assert kit is not None
    assert kit.pool is not None
    command = kit.containers["db"].command or ()
    assert f"max_connections={kit.pool.max_connections}" in command


def test_immich_cannot_use_the_shared_database() -> None:
    immich, postgresql = CATALOGUE.get("immich"), CATALOGUE.get("postgresql")
    assert immich is not None
    assert postgresql is not None
    shared = postgresql.provided("postgresql")
    assert shared is not None
    missing = set(immich.requires["db"].extensions) - set(shared.extensions)
    assert missing == {"vchord"}
    assert immich.requires["db"].bundled is not None


def test_kits_are_read_from_the_collection_itself() -> None:
    assert Path(__file__).resolve().parents[3] / "stackkits" == BUILTIN
