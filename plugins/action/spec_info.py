# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The answer of M(kombify.stack.spec_info); its documentation is plugins/modules/spec_info.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.kombify.stack.plugins.plugin_utils.actions import StackAction
from ansible_collections.kombify.stack.plugins.plugin_utils.stack import refuse_errors

if TYPE_CHECKING:
    from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import Project

SECTIONS = ("sites", "networks", "links", "providers", "nodes", "clusters", "services", "databases")


class ActionModule(StackAction):
    """Says what a spec declares."""

    def answer(self, project: Project) -> dict[str, Any]:
        """Return the spec as plain data, with ranges expanded and layers merged."""
        spec, stack = project.spec, project.spec.stack
        refuse_errors(project.path, spec.problems)
        return {
            "name": stack.name,
            "domain": stack.domain,
            "timezone": stack.timezone,
            "counts": {section: len(getattr(stack, section)) for section in SECTIONS},
            "files": list(spec.files),
            "digest": spec.digest,
            "spec": stack.model_dump(mode="json", by_alias=True, exclude_defaults=True),
            "problems": [problem.as_dict() for problem in spec.problems],
        }
