"""Which kubespray release ships what."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.spec.kubespray_matrix import (
    CHECKED,
    KUBERNETES_END,
    RELEASES,
    end_of_support,
    nearest_set,
    parse_version,
    release_for,
    supported,
    versions,
)


def test_only_one_line_ships_kubernetes_1_28_5_and_calico_3_28_0() -> None:
    found = [release.tag for release in RELEASES if release.ships("1.28.5", "3.28.0")]
    assert found == ["v2.26.0", "v2.26.1"]


@pytest.mark.parametrize(
    ("kubernetes", "calico", "tag"),
    [
        ("1.28.5", "3.28.0", "v2.26.1"),
        ("v1.28.5", None, "v2.26.1"),
        ("1.34.3", "3.30.5", "v2.31.0"),
        ("1.35.4", "3.31.5", "v2.31.0"),
        ("1.26.15", "3.22.3", "v2.24.3"),
        ("1.29.15", "3.29.4", "v2.27.1"),
        ("1.35.4", "3.28.0", None),
        ("1.40.0", None, None),
        ("latest", None, None),
    ],
)
def test_the_newest_release_that_ships_both_is_chosen(kubernetes: str, calico: str | None, tag: str | None) -> None:
    release = release_for(kubernetes, calico)
    assert (release.tag if release else None) == tag


@pytest.mark.parametrize(
    ("kubernetes", "calico", "near"),
    [
        ("1.28.5", "3.28.0", "1.28.5 + 3.28.0 v2.26.1"),
        ("1.28.5", "3.30.0", "1.28.5 + 3.28.0 v2.26.1"),
        ("1.35.4", "3.28.0", "1.35.4 + 3.29.0 v2.31.0"),
        ("1.34", None, "1.34.7 + None v2.31.0"),
        ("1.40.2", None, "1.35.2 + None v2.31.0"),
        ("nonsense", "3.31.0", "1.26.15 + 3.26.0 v2.24.3"),
    ],
)
def test_the_nearest_working_set_keeps_kubernetes_first(kubernetes: str, calico: str | None, near: str) -> None:
    found = nearest_set(kubernetes, calico)
    assert f"{found.kubernetes} + {found.calico} {found.release.tag}" == near


def test_the_table_is_in_order_and_its_versions_are_versions() -> None:
    tags = [parse_version(release.tag) for release in RELEASES]
    assert None not in tags
    assert tags == sorted(tags, key=lambda tag: tag or (0, 0, 0))
    for release in RELEASES:
        assert versions(release.kubernetes)
        assert versions(release.calico)
        assert len(release.kubernetes.split()) == 3
        assert all(parse_version(version) for version in (release.ansible, release.etcd, release.containerd))


def test_support_is_measured_against_the_day_of_the_table() -> None:
    assert supported() == [minor for minor, end in KUBERNETES_END.items() if end > CHECKED]
    assert end_of_support("1.28.5") == "2024-10-22"
    assert end_of_support("1.10.0") == KUBERNETES_END["1.26"]
    assert end_of_support("1.99.0") is None
    assert end_of_support("latest") is None


CLUSTER = "nodes: {{'cp-[1:3]': {{address: '10.0.0.{{1}}'}}}}\nclusters: {{k8s: {{control_plane: 'cp-*', {}}}}}\n"


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ("version: 1.35.4", []),
        ("version: v1.35.4, kubespray: v2.31.0", []),
        ("version: 1.36.0, kubespray: v2.99.0", []),
        ("version: 1.35.4, kubespray: master", []),
        ("version: 1.36.0", ["K803 no kubespray release ships Kubernetes 1.36.0"]),
        ("version: '1.35'", ["K803 no kubespray release ships Kubernetes 1.35"]),
        ("version: 1.35.4, kubespray: v2.28.9", ["K803 there is no kubespray v2.28.9 to work with"]),
        ("version: 1.35.4, kubespray: v2.30.0", ["K803 kubespray v2.30.0 does not ship Kubernetes 1.35.4"]),
        (
            "version: 1.35.4, cni: {calico: 3.28.0}",
            ["K803 no kubespray release ships Kubernetes 1.35.4 with Calico 3.28.0"],
        ),
        ("version: 1.35.4, cni: {cilium: 1.0.0}", []),
    ],
)
def test_a_cluster_is_held_against_the_table(check: Callable[..., list[str]], keys: str, found: list[str]) -> None:
    assert check(CLUSTER.format(keys)) == found
