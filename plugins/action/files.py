# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's part of M(kombify.stack.files): a new connection that confirms the change."""

from __future__ import annotations

import time
from typing import Any

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase

from ansible_collections.kombify.stack.plugins.plugin_utils.confirmation import GONE, Confirmation, Unreachable


class ActionModule(ActionBase):
    """Lets the machine make the change, and confirms it over a connection that did not exist before."""

    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Make the change; when it has to be confirmed, confirm it or say why it was taken back."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        result.update(self._execute_module(task_vars=task_vars))
        script = result.pop("confirm", None)
        if script is None or result.get("failed"):
            return result
        confirmation = Confirmation(lambda: self._ask(script), time.monotonic, time.sleep)
        problem = confirmation.wait(int(self._task.args.get("confirm_within", 45)))
        if problem is not None:
            changed = ", ".join([*result["changed_files"], *result["changed_units"]])
            host = (task_vars or {}).get("inventory_hostname", "this machine")
            result.update(failed=True, changed=False, msg=f"{host}: the change of {changed} was taken back. {problem}")
        return result

    def _ask(self, script: str) -> str:
        """Confirm over a new connection, and return what the machine says to it."""
        try:
            self._connection.reset()
            answer = self._low_level_execute_command(f"test -e {script} && sh {script} confirm || echo {GONE}")
        except AnsibleConnectionFailure as error:
            raise Unreachable(error.message) from error
        if answer["rc"]:
            raise Unreachable((answer["stderr"] or answer["stdout"]).strip())
        return str(answer["stdout"]).strip()
