# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan names the place of every secret, and never a value."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import open_project
from ansible_collections.kombify.stack.plugins.module_utils.plan.lock import dump_lock
from ansible_collections.kombify.stack.plugins.module_utils.plan.make import Plan
from ansible_collections.kombify.stack.plugins.module_utils.spec.secretrefs import parse_secret_ref

SPEC = """\
plugin: kombify.stack.kombination
apiVersion: kombify.stack/v1
name: home
domain: home.arpa
secrets: {{store: {store}}}
nodes:
  nas: {{address: 192.168.1.10, cpu: 8, memory: 64GiB, disk: 4TB}}
services:
  nextcloud: {{params: {params}}}
"""


def planned(folder: Path, store: str = "vault", params: str = "{}") -> Plan:
    (folder / "kombination.yaml").write_text(SPEC.format(store=store, params=params), encoding="utf-8")
    plan = open_project(folder).plan()
    assert plan.unified is not None, [str(problem) for problem in plan.problems]
    return plan


def secrets(plan: Plan) -> dict[str, str]:
    assert plan.unified is not None
    return plan.unified.services["nextcloud"].secrets


@pytest.mark.parametrize("store", ["vault", "sops", "ansible-vault", "keychain", "env", "file"])
def test_a_secret_that_a_kit_makes_has_a_place_in_the_stacks_store(store: str, tmp_path: Path) -> None:
    plan = planned(tmp_path, store)
    reference = parse_secret_ref(secrets(plan)["admin_password"])
    assert reference is not None
    assert (reference.scheme, reference.generate) == (store, 24)
    assert plan.unified is not None
    tenants = [tenant for one in plan.unified.databases.values() for tenant in one.tenants]
    assert tenants
    assert all(parse_secret_ref(tenant.password) for tenant in tenants)


def test_what_the_user_wrote_is_kept_as_it_is(tmp_path: Path) -> None:
    plan = planned(tmp_path, params='{admin_password: "vault:kv/mine#x"}')
    assert "admin_password" not in secrets(plan)
    assert plan.unified is not None
    assert "vault:kv/mine#x" in plan.unified.services["nextcloud"].params.values()


def test_a_place_does_not_wander_when_the_store_changes(tmp_path: Path) -> None:
    first = planned(tmp_path)
    (tmp_path / "kombination.lock").write_text(dump_lock(first.lock), encoding="utf-8")
    assert secrets(planned(tmp_path, "sops")) == secrets(first)
