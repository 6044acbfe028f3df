"""Jobs: one run of a playbook is one detached process that writes down everything it sees.

``launch`` starts a job, ``follow`` reads what it writes, ``cancel`` ends it in order. A job outlives whoever started
it: when the viewer is killed, nothing is lost and nothing stops. When the job itself is killed, the next one first
ends whatever it left behind, so that two runs never change one stack.
"""

from __future__ import annotations
