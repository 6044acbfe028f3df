# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The answer of M(kombify.stack.plan_info); its documentation is plugins/modules/plan_info.py."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ansible_collections.kombify.stack.plugins.plugin_utils.actions import StackAction
from ansible_collections.kombify.stack.plugins.plugin_utils.stack import refuse_errors

if TYPE_CHECKING:
    from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import Project


class ActionModule(StackAction):
    """Says what follows from a spec."""

    def answer(self, project: Project) -> dict[str, Any]:
        """Return the plan as plain data, and what it would change in the lock."""
        from ansible_collections.kombify.stack.plugins.module_utils.plan.lock import dump_lock

        plan = project.plan(datetime.now(UTC).date())
        refuse_errors(project.path, plan.problems)
        before, after = dump_lock(project.lock), dump_lock(plan.lock)
        result = {
            "plan": plan.unified.model_dump(mode="json"),
            "waves": [list(wave) for wave in plan.unified.waves],
            "lock_changed": before != after,
            "problems": [problem.as_dict() for problem in plan.problems],
        }
        if self._task.diff:
            header = str(project.folder / "kombination.lock")
            result["diff"] = {"before": before, "after": after, "before_header": header, "after_header": header}
        return result
