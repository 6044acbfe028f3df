# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all actions that read a stack share: their arguments, and the way from a problem to a failed task."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.kombify.stack.plugins.plugin_utils.stack import StackProblems, open_stack

if TYPE_CHECKING:
    from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import Project

ARGUMENTS = {
    "path": {"type": "str", "aliases": ["spec_file"]},
    "overlays": {"type": "list", "elements": "str", "default": []},
    "set": {"type": "list", "elements": "str", "default": []},
}
SPEC_NAMES = ("kombination.yaml", "kombination.yml")


class StackAction(ActionBase):
    """An action that opens a stack on the controller, where spec, kits and lock are, and answers from it."""

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    arguments: dict[str, Any] = ARGUMENTS
    given: dict[str, Any]
    variables: dict[str, Any]

    @abstractmethod
    def answer(self, project: Project) -> dict[str, Any]:
        """Return the result of the task; raise :class:`StackProblems` when the stack has errors."""

    def run(self, tmp: None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Open the stack and answer."""
        result = super().run(tmp, task_vars)
        _checked, self.given = self.validate_argument_spec(self.arguments)
        self.variables = task_vars or {}
        try:
            path = self._spec(self.given["path"], self.variables)
            overlays = [self._file(overlay) for overlay in self.given["overlays"]]
            project = open_stack(path, overlays, self.given["set"])
            result.update({"changed": False, "path": str(project.path), **self.answer(project)})
        except StackProblems as error:
            result.update(failed=True, msg=f"{error.message}\n{error.report}", problems=error.problems)
        except AnsibleError as error:
            result.update(failed=True, msg=error.message)
        return result

    def _spec(self, path: str | None, task_vars: dict[str, Any]) -> Path:
        """Return the spec that is meant: the one named, else the inventory's, else the one beside the playbook."""
        if path is not None:
            return self._file(path)
        for source in task_vars.get("ansible_inventory_sources") or ():
            if Path(source).name.endswith(SPEC_NAMES):
                return Path(source)
        return self._file(SPEC_NAMES[0])

    def _file(self, path: str) -> Path:
        """Return a path that counts from the playbook, or from the working directory when it is only there."""
        beside = Path(self._loader.path_dwim(path))
        here = Path(path).absolute()
        return here if here.exists() and not beside.exists() else beside
