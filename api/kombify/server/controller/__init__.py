"""The part of AWX's REST that its clients need: ansible-rulebook, the ``awx`` command, the modules of ``awx.awx``.

They work unmodified: a stack is an organization with its inventory and its project, each playbook that may run on it
is a job template, its deployment is a workflow job template. What AWX has and we have not, is not there.
"""

from __future__ import annotations
