# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: summary
type: aggregate
short_description: What each stage did, how long it took, and what to do about failures
version_added: 0.1.0
author: the kombify.stack authors (@kombify)
description:
  - "At the end of a run it prints for each stage: its hosts, the tasks that were ok, those that changed something, the
    hosts that failed, and the seconds that it took."
  - "Then for each failure: the host, the stage and the task, what happened, and what to do about it."
  - A play belongs to the stage whose title is its name, or to the stage of the play before it. In playbooks without
    stages each play counts by itself.
  - In check mode C(changed) counts what would be changed.
requirements:
  - "It has to be enabled: C(callbacks_enabled = kombify.stack.summary) in the section C([defaults]) of C(ansible.cfg),
    or C(ANSIBLE_CALLBACKS_ENABLED=kombify.stack.summary) in the environment."
notes:
  - It prints plain lines, so that it looks the same on a terminal, in a pipe and on AWX.
"""

import time

from ansible.plugins.callback import CallbackBase

from ansible_collections.kombify.stack.plugins.plugin_utils.recap import Recap

ROW = "{:<{width}}  {:>5}  {:>5}  {:>7}  {:>6}  {:>7}"


class CallbackModule(CallbackBase):
    """Tell a recap what happens, and print it at the end."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "kombify.stack.summary"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self):
        super().__init__()
        self._recap = Recap()

    def v2_playbook_on_play_start(self, play):
        """Begin a play."""
        self._recap.play(play.get_name().strip(), time.monotonic())

    def v2_runner_on_start(self, host, task):
        """Count a host."""
        self._recap.begin(host.get_name())

    def v2_runner_on_ok(self, result):
        """Count a task."""
        self._recap.ok(changed=result.is_changed())

    def v2_runner_on_failed(self, result, ignore_errors=False):
        """Count a task that failed; one that may fail is none."""
        if ignore_errors:
            self.v2_runner_on_ok(result)
        else:
            self._failed(result)

    def v2_runner_on_unreachable(self, result):
        """Count a host that cannot be reached."""
        self._failed(result)

    def _failed(self, result):
        task = result.task
        self._recap.failed(result.host.get_name(), task.get_name(), result.result, task.action)

    def v2_playbook_on_stats(self, stats):
        """Print everything."""
        broken = {host: stats.failures.get(host, 0) + stats.dark.get(host, 0) for host in stats.processed}
        self._recap.end(time.monotonic(), broken)
        tallies = {name: tally for name, tally in self._recap.stages.items() if tally.hosts}
        if not tallies:
            return
        self._display.banner("SUMMARY")
        width = max(map(len, ("stage", *tallies)))
        self._display.display(ROW.format("stage", "hosts", "ok", "changed", "failed", "seconds", width=width))
        for name, tally in tallies.items():
            self._display.display(ROW.format(name, *tally.as_dict().values(), width=width))
        for failure in self._recap.failures:
            self._show(failure)

    def _show(self, failure):
        self._display.display(f"\n{failure.host}, stage {failure.stage}, task '{failure.task}'", color="red")
        self._display.display(f"  what happened: {failure.advice.what}")
        if failure.advice.advice:
            self._display.display(f"  what to do:    {failure.advice.advice}")
            self._display.display(f"  it said:       {failure.advice.message}")
