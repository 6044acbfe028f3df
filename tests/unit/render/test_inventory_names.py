"""Names of groups: allowed, telling, and never the same for two things."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.names import group_name, label_groups

ALLOWED = re.compile(r"[a-z][A-Za-z0-9_]*\Z")
NAMES = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?\Z")
FAMILIES = ("arch", "cluster", "etcd", "k8s_cluster", "kube_control_plane", "kube_node", "link", "network", "service")


def test_a_name_tells_its_family() -> None:
    assert group_name("site", "branch-07") == "site_branch_07"
    assert label_groups([("gpu", "yes")]) == {("gpu", "yes"): "label_gpu_yes"}


@given(st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=8))
def test_any_labels_get_allowed_names_of_their_own(labels: list[tuple[str, str]]) -> None:
    found = label_groups(set(labels))
    assert all(ALLOWED.match(name) for name in found.values())
    assert len(set(found.values())) == len(set(labels))


@given(st.sets(st.tuples(st.sampled_from(FAMILIES), NAMES), max_size=8))
def test_two_things_never_share_a_name(things: set[tuple[str, str]]) -> None:
    assert len({group_name(*thing) for thing in things}) == len(things)
