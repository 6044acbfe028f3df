# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K208: names that no machine, group or file can bear; K212: the line that makes Ansible read the file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.stack import PLUGIN
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import NAME, RESERVED, cleaned, name_fault
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place, Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.ranges import is_pattern
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.common import by_policy
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import Scope
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import Mapping, find

# Names in these sections become hosts or groups, where some words are taken.
GROUPS = ("sites", "networks", "nodes", "links", "clusters", "services")
OTHERS = (
    ("providers",),
    ("templates",),
    ("databases",),
    ("backups", "targets"),
    ("backups", "policies"),
    ("monitoring", "notify"),
    ("remediation",),
)
_ALERT = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,62}\Z")


def check_names(spec: Spec, _scope: Scope, problems: Problems) -> None:
    """Check every declared name; ``policies.naming`` says how strictly, but machines and groups need theirs."""
    naming = spec.stack.policies.naming.mode or "error"
    for section in GROUPS:
        for name, place in _declared(spec, section):
            fault = name_fault(name)
            if fault:
                strict = section == "nodes" or name.replace("_", "-") in RESERVED
                by_policy(problems, "error" if strict else naming, "K208", fault, place, f"write {cleaned(name)}")
    for path in OTHERS:
        for name, place in _keys(spec, *path):
            if not NAME.match(name):
                by_policy(problems, naming, "K208", str(name_fault(name)), place, f"write {cleaned(name)}")
    for name, place in _keys(spec, "monitoring", "alerts"):
        if not _ALERT.match(name):
            message = f"'{name}' is not a name for an alert: only letters, digits, _ and - are allowed"
            by_policy(problems, naming, "K208", message, place, "write it as NodeDown")


def _declared(spec: Spec, section: str) -> Iterator[tuple[str, Place]]:
    """Yield one name for each key: the names that a range stands for differ in their digits only."""
    if section not in spec.entries:
        yield from _keys(spec, section)
        return
    longest = {id(entry.key): (name, entry.key) for name, entry in spec.entries[section].items()}
    for name, key in longest.values():
        yield name, key.place


def _keys(spec: Spec, *path: str) -> Iterator[tuple[str, Place]]:
    section = find(spec.root, path)
    if isinstance(section, Mapping):
        for name, (key, _value) in section.entries.items():
            if not is_pattern(name):
                yield name, key.place


def check_first_line(spec: Spec, _scope: Scope, problems: Problems) -> None:
    """Warn when Ansible would not know what to do with the file."""
    if spec.root.get("plugin") is None:
        message = f"the first line is not 'plugin: {PLUGIN}', so Ansible cannot load this file by itself"
        problems.warning("K212", message, spec.root.place, f"begin the file with plugin: {PLUGIN}")
