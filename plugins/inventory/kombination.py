# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: kombination
short_description: Hosts, groups and variables out of one kombination.yaml
version_added: 0.1.0
author: the kombify.stack authors (@kombify)
description:
  - Reads a spec, makes its plan, and gives Ansible the machines with their addresses, their groups, and for each
    role its inputs under the role's own variable names.
  - "The first line of the spec, C(plugin: kombify.stack.kombination), is all the configuration that is needed."
  - A spec with errors is refused with all its errors. Set C(any_unparsed_is_failed = true) in the section
    C([inventory]) of your C(ansible.cfg), or Ansible goes on without hosts and ends successfully.
requirements:
  - pydantic >= 2.12, < 3
  - rapidfuzz >= 3.9, < 4
extends_documentation_fragment:
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description: Marks the file as a spec.
    type: str
    required: true
    choices: [kombify.stack.kombination]
notes:
  - "Groups: C(all); the groups of kubespray C(kube_control_plane), C(etcd), C(kube_node), C(k8s_cluster); and
    C(proxmox_hypervisors), C(gateways), C(docker_hosts), C(links)."
  - "Groups with a family in front: C(site_hq), C(network_lan), C(label_gpu_yes), C(type_vm), C(arch_arm64),
    C(cluster_k8s), C(service_traefik), C(link_pangolin). Signs that Ansible does not allow in a group's name become
    underscores."
  - A stack with several clusters has C(kube_control_plane_NAME) and so on for each of them, and not the plain groups.
    kubespray makes one cluster of the plain ones.
  - Nodes whose state is not C(present) are in C(state_maintenance), C(state_stopped) and so on. Nodes that shall be
    absent are in C(state_absent) and in no other group. What no stage works on, because it is absent or stopped, is
    in C(set_aside), which is always there.
  - Text from the spec is never a template, whatever it looks like. Only C(vars) of nodes and clusters, and O(compose),
    O(groups) and O(keyed_groups), are. C(ansible-inventory --list) shows other text with braces as C(__ansible_unsafe);
    in its YAML form Ansible leaves that mark out.
  - O(compose), O(groups) and O(keyed_groups) see the variables of the host and of its groups. They are read from the
    spec itself, not from files that it includes.
  - The inventory is kept in C($XDG_CACHE_HOME/kombify/inventory) (else C(~/.cache)) until the spec, a file that it
    includes, the facts, the lock, a kit or this collection changes; C(--flush-cache) makes it anew. O(cache) keeps the
    same in a cache plugin, for controllers that lose their files.
  - Before this plugin, Ansible's C(auto) reads the whole file, which takes a minute when ten thousand machines are
    written out one by one. Ranges keep a spec small; or name this plugin in C(enable_plugins) before C(auto).
seealso:
  - module: kombify.stack.spec_info
  - module: kombify.stack.plan_info
"""

EXAMPLES = r"""
# kombination.yaml: two Docker hosts. Try it: ansible-inventory -i kombination.yaml --graph
plugin: kombify.stack.kombination
apiVersion: kombify.stack/v1
name: home
domain: home.arpa
nodes:
  nas: {address: 192.168.1.10, labels: {floor: "1"}}
  mini: {address: 192.168.1.11, vars: {greeting: "Hello from {{ inventory_hostname }}"}}
services:
  vaultwarden: {runs_on: nas}

# What users of other inventory plugins know, in the same file.
compose:
  ansible_python_interpreter: "'/usr/bin/python3'"
groups:
  storage: inventory_hostname == 'nas'
keyed_groups:
  - {key: kombify_labels.floor, prefix: floor}
"""

import re
from pathlib import Path

from ansible.errors import AnsibleError
from ansible.inventory.helpers import get_group_vars
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.vars import combine_vars

from ansible_collections.kombify.stack.plugins.plugin_utils.fetch import PLUGIN, fetch, make
from ansible_collections.kombify.stack.plugins.plugin_utils.publish import publish

NAMES = ("kombination.yaml", "kombination.yml")
SHOWN_WARNINGS = 5
OPTIONS = re.compile(r"\b(compose|groups|keyed_groups|strict|leading_separator|use_extra_vars|cache\w*)\b")
"""Words without which a spec sets no option. Ansible takes a minute to read a spec of ten thousand lines once more."""


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """Fetch, publish, and then what the user constructs of it."""

    NAME = PLUGIN

    def verify_file(self, path):
        """Take ``kombination.yaml`` and ``anything.kombination.yaml``."""
        name = Path(path).name
        return super().verify_file(path) and (name in NAMES or name.endswith(tuple(f".{known}" for known in NAMES)))

    def parse(self, inventory, loader, path, cache=True):
        """Fill the inventory from a spec."""
        super().parse(inventory, loader, path, cache)
        self._read_options(path)
        shared = self.cache if self.get_option("cache") else None
        entry = fetch(Path(path), self.get_cache_key(path), shared, anew=not cache)
        self._warn(entry["warnings"], path)
        publish(entry["plan"], inventory)
        self._construct(entry["plan"]["hostvars"])

    def _read_options(self, path):
        if not OPTIONS.search(Path(path).read_text(encoding="utf-8", errors="replace")):
            self.set_options(direct={"plugin": PLUGIN}, var_options=self._vars)
            if self.get_option("cache"):
                self.load_cache_plugin()
            return
        try:
            self._read_config_data(path)
        except AnsibleError:
            make(Path(path))  # has a better word for whatever is wrong
            raise

    def _warn(self, warnings, path):
        for warning in warnings[:SHOWN_WARNINGS]:
            self.display.warning(warning)
        if len(warnings) > SHOWN_WARNINGS:
            more = len(warnings) - SHOWN_WARNINGS
            self.display.warning(f"{path}: {more} more warnings; kombify validate {path} shows them all")

    def _construct(self, hosts):
        compose, groups, keyed_groups = (self.get_option(name) for name in ("compose", "groups", "keyed_groups"))
        if not (compose or groups or keyed_groups):
            return
        strict = self.get_option("strict")
        for host in hosts:
            self._set_composite_vars(compose, self._variables(host), host, strict=strict)
            known = self._variables(host)
            self._add_host_to_composed_groups(groups, known, host, strict=strict, fetch_hostvars=False)
            self._add_host_to_keyed_groups(keyed_groups, known, host, strict=strict, fetch_hostvars=False)

    def _variables(self, host):
        found = self.inventory.hosts[host]
        groups = {self.inventory.groups["all"], *found.get_groups()}  # Ansible puts hosts into `all` later
        return combine_vars(get_group_vars(groups), found.get_vars())
