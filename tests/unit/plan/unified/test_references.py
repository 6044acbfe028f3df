# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""References in parameters mean what the plan decided."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import open_project

SPEC = """\
plugin: kombify.stack.kombination
apiVersion: kombify.stack/v1
name: home
domain: home.arpa
nodes:
  nas: {{address: 192.168.1.10, cpu: 4, memory: 16GiB, disk: 1TB, labels: {{room: cellar}}}}
services:
  jellyfin:
  shop:
    resources: {{cpu: 1, memory: 1GiB}}
    params: {{value: {value}}}
"""


def resolved(value: str, folder: Path) -> Any:
    (folder / "kombination.yaml").write_text(SPEC.format(value=value), encoding="utf-8")
    plan = open_project(folder).plan()
    assert plan.unified is not None, [str(problem) for problem in plan.problems]
    return plan.unified.services["shop"].params.get("value", "left out")


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        ('"${nodes.nas.address}"', "192.168.1.10"),
        ('"${nodes.nas.host}"', "192.168.1.10"),
        ('"${nodes.nas.labels.room}"', "cellar"),
        ('"${nodes.nas.cpu}"', 4),
        ('"http://${services.jellyfin.host}:${services.jellyfin.port}/"', "http://192.168.1.10:8096/"),
        ('"${domain}"', "home.arpa"),
        ('"${services.nothing.host?}"', "left out"),
        ('"at ${services.nothing.host?} here"', "at  here"),
        ('["${nodes.nas.address}", other]', ["192.168.1.10", "other"]),
        ('"$${nodes.nas.address}"', "${nodes.nas.address}"),
        ("plain", "plain"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_reference_is_replaced(value: str, meaning: Any, tmp_path: Path) -> None:
    assert resolved(value, tmp_path) == meaning
