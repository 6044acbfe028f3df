# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The answer of M(kombify.stack.facts_file); its documentation is plugins/modules/facts_file.py."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleError

from ansible_collections.kombify.stack.plugins.plugin_utils.actions import ARGUMENTS, StackAction
from ansible_collections.kombify.stack.plugins.plugin_utils.stack import refuse_errors

if TYPE_CHECKING:
    from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import Project
    from ansible_collections.kombify.stack.plugins.module_utils.plan.facts import NodeFacts


class ActionModule(StackAction):
    """Keeps what was found on machines for the plan."""

    arguments = ARGUMENTS | {
        "hosts": {"type": "list", "elements": "str"},
        "foreign_use": {"type": "str", "choices": ["once", "again", "never"], "default": "once"},
    }

    def answer(self, project: Project) -> dict[str, Any]:
        """Renew the facts file, and say of which machines facts are known."""
        from ansible_collections.kombify.stack.plugins.module_utils.drivers.files import write_private
        from ansible_collections.kombify.stack.plugins.module_utils.plan.facts import dump_facts
        from ansible_collections.kombify.stack.plugins.module_utils.plan.gathered import differ, renewed

        refuse_errors(project.path, project.spec.problems)
        nodes, found = project.spec.stack.nodes, self._found()
        facts = renewed(project.facts, found, nodes.keys(), self.given["foreign_use"])
        before, after = dump_facts(project.facts) if project.facts.nodes else "", dump_facts(facts)
        if before != after and not self._task.check_mode:
            try:
                write_private(project.facts_path, after)
            except OSError as error:
                raise AnsibleError(f"{project.facts_path} cannot be written: {error.strerror}") from error
        header, changed = str(project.facts_path), differ(project.facts, facts)
        texts = {"before": before, "after": after if changed else before}
        return {
            "changed": changed,
            "facts_file": header,
            "gathered": [name for name in facts.nodes if name in found],
            "kept": [name for name in facts.nodes if name not in found],
            "unknown": sorted(nodes.keys() - facts.nodes.keys()),
            "problems": [problem.as_dict() for problem in project.spec.problems],
            "diff": texts | {"before_header": header, "after_header": header} if self._task.diff else {},
        }

    def _found(self) -> dict[str, NodeFacts]:
        """Return the facts of the hosts that have any. They are read raw: nothing a machine says is a template."""
        from ansible_collections.kombify.stack.plugins.module_utils.plan.gathered import node_facts

        moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        hosts = self.variables["ansible_play_hosts"] if self.given["hosts"] is None else self.given["hosts"]
        known = [name for name in hosts if name in self.variables["hostvars"]]
        found = {name: self.variables["hostvars"].raw_get(name).get("ansible_facts") for name in known}
        return {name: node_facts(facts, moment) for name, facts in found.items() if facts}
