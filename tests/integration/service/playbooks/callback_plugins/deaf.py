"""Makes Ansible's own process ignore what asks it to end, in the playbook ``deaf`` only."""

from __future__ import annotations

import signal

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "deaf"

    def v2_playbook_on_play_start(self, play) -> None:
        if play.get_name() == "Hear no signal":
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
