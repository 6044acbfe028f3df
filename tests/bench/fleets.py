# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Specs of any size for measuring."""

from __future__ import annotations

from pathlib import Path

_SPEC = """\
plugin: kombify.stack.kombination
apiVersion: kombify.stack/v1
name: measured
domain: measured.example.net
sites:
  site-[01:{sites}]: {{city: Berlin}}
networks:
  lan-[01:{sites}]: {{site: "site-{{1:02}}", cidr: "10.{{1}}.0.0/16", gateway: "10.{{1}}.0.1", vlan: "{{1+100}}"}}
nodes:
  site-[01:{sites}]-n[001:{each:03}]:
    site: "site-{{1:02}}"
    network: "lan-{{1:02}}"
    address: "10.{{1}}.1.{{2}}"
    cpu: 4
    memory: 8GiB
    disk: 128GB
    arch: arm64
    user: debian
    labels: {{tier: edge}}
    vars: {{owner: shop, rack_unit: "{{2}}"}}
"""


def write_spec(folder: Path, *, sites: int, each: int) -> Path:
    """Write a spec of sites with as many nodes each, described by ranges."""
    path = folder / "kombination.yaml"
    path.write_text(_SPEC.format(sites=sites, each=each), encoding="utf-8")
    return path
