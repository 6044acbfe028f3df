# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K730, K731: remediation that knows no limit, or waits for an alert that never comes."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.remediation import DISRUPTIVE
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.common import declared, require
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import Scope


def check_limits(spec: Spec, _scope: Scope, problems: Problems) -> None:
    """K730: whatever disturbs needs a limit, or one fault becomes a storm."""
    for name, remediation in spec.stack.remediation.items():
        if remediation.disruptive and remediation.limit is None and not spec.has("remediation", name, "limit"):
            actions = [action.name for action in remediation.do if action.name in DISRUPTIVE]
            message = f"remediation '{name}' does {', '.join(actions)} without a limit"
            problems.error("K730", message, spec.key_place("remediation", name), "add limit: 1 per 30m")


def check_alerts(spec: Spec, _scope: Scope, problems: Problems) -> None:
    """K731: an alert must be one of this spec's."""
    alerts = declared(spec, "monitoring", "alerts")
    for name, remediation in spec.stack.remediation.items():
        alert = remediation.when.alert
        if alert is not None and alert not in alerts:
            message = f"remediation '{name}' waits for alert '{alert}', which is not declared"
            path = ("remediation", name, "when", "alert")
            require(
                spec,
                problems,
                "K731",
                message,
                path,
                ("monitoring", "alerts", alert),
                "add it under monitoring.alerts:",
            )
