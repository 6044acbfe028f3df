"""The kits fit the platform example: versions, needs, one shared database of each engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import Catalogue
from ansible_collections.kombify.stack.plugins.module_utils.kits.model import Kit
from ansible_collections.kombify.stack.plugins.module_utils.kits.requirements import Requirement
from ansible_collections.kombify.stack.plugins.module_utils.kits.versions import VersionRange

INVENTORIES = Path(__file__).parents[3] / "inventories"
CATALOGUE = Catalogue()


def read(stack: str) -> dict[str, Any]:
    text = (INVENTORIES / stack / "kombination.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


PLATFORM = read("platform")
SERVICES: dict[str, dict[str, Any]] = PLATFORM["services"]


def kit_of(name: str) -> Kit:
    kit = CATALOGUE.get(name)
    assert kit is not None, name
    return kit


def supplied_to(service: str) -> set[str]:
    """Return the capabilities that a service's direct needs provide."""
    needs = SERVICES[service].get("needs", [])
    return {provided.type for need in needs for provided in kit_of(need).provides}


def pooled(engine: str) -> dict[str, Requirement]:
    """Return the requirements that one shared instance of an engine has to serve."""
    found = {}
    for service in SERVICES:
        for requirement in kit_of(service).requires.values():
            if requirement.type == engine and requirement.pooled and engine in supplied_to(service):
                found[service] = requirement
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_the_wanted_version_is_the_kits_or_its_charts(service: str) -> None:
    assert kit_of(service).matches(VersionRange(SERVICES[service]["version"]))


@pytest.mark.parametrize("service", SERVICES)
def test_the_services_needs_cover_what_its_kit_requires(service: str) -> None:
    supplied = supplied_to(service)
    unmet = [name for name, one in kit_of(service).requires.items() if one.mandatory and one.type not in supplied]
    assert unmet == []


@pytest.mark.parametrize("service", SERVICES)
def test_the_kit_runs_on_the_examples_kubernetes(service: str) -> None:
    kit = kit_of(service)
    version = PLATFORM["clusters"]["k8s"]["version"]
    assert kit.supports("helm")
    helm = kit.targets.helm
    assert helm is not None
    for accepted in (helm.kubernetes, *(chart.kubernetes for chart in helm.also.values())):
        assert accepted is None or accepted.contains(version)


@pytest.mark.parametrize("engine", ["postgresql", "mysql", "mongodb", "clickhouse"])
def test_one_instance_serves_all_consumers_of_an_engine(engine: str) -> None:
    provider = kit_of(engine)
    offered = provider.provided(engine)
    assert offered is not None
    assert provider.pool is not None
    consumers = pooled(engine)
    assert consumers
    for service, requirement in consumers.items():
        assert requirement.version is None or requirement.version.contains(str(offered.version)), service
        assert set(requirement.extensions) <= set(offered.extensions), service
    assert sum(one.connections for one in consumers.values()) <= provider.pool.max_connections * 8 // 10


def test_kubernetes_finds_the_databases_where_the_document_says() -> None:
    addresses = {}
    for engine in ("postgresql", "mongodb", "valkey", "minio", "clickhouse", "mysql", "rabbitmq"):
        kit = kit_of(engine)
        provided = kit.provides[0]
        assert provided.port is not None
        addresses[engine] = f"{provided.service or kit.name}:{kit.ports[provided.port].port}"
    assert addresses == {
        "postgresql": "postgresql:5432",
        "mongodb": "mongodb:27017",
        "valkey": "valkey-master:6379",
        "minio": "minio:9000",
        "clickhouse": "clickhouse:8123",
        "mysql": "mysql:3306",
        "rabbitmq": "rabbitmq:5672",
    }


def test_the_home_example_needs_nothing_but_its_three_kits() -> None:
    for service in read("home")["services"]:
        kit = kit_of(service)
        assert kit.supports("compose")
        assert not any(requirement.mandatory for requirement in kit.requires.values())


def test_services_of_the_fleet_without_a_kit_bring_their_resources() -> None:
    unknown = {name: one for name, one in read("fleet")["services"].items() if CATALOGUE.get(name) is None}
    assert set(unknown) == {"pos-api", "portal", "status-page"}
    assert all("resources" in service for service in unknown.values())


@pytest.mark.parametrize("name", ["node-exporter", "kombify-agent"])
def test_what_runs_on_each_node_needs_no_container(name: str) -> None:
    assert kit_of(name).supports("host")
    assert kit_of(name).resources.memory.request <= 64 * 2**20
