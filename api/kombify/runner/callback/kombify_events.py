"""ansible-runner's own callback, which makes the events of AWX, with another way out for them.

It would write a file for each event and hide the file's name in the output; here each goes into the transcript of this
very process. Ansible finds this module by its folder (see :mod:`kombify.runner.playbook`).
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from kombify.runner.playbook import transcript_of_this_process

DOCUMENTATION = """
name: kombify_events
type: stdout
short_description: Events as AWX has them, into the transcript of a job
description:
  - For the runner of C(kombify), which chooses it itself.
version_added: 0.1.0
author: the kombify.stack authors (@kombify)
extends_documentation_fragment: default_callback
"""


def _awx_display() -> ModuleType:
    """Load ansible-runner's callback, and not the rest of the package, which takes longer than all of it."""
    package = importlib.util.find_spec("ansible_runner")
    assert package is not None  # noqa: S101 - we depend on it
    assert package.submodule_search_locations  # noqa: S101 - it is a package
    path = Path(package.submodule_search_locations[0], "display_callback", "callback", "awx_display.py")
    found = importlib.util.spec_from_file_location("awx_display", path)
    assert found is not None  # noqa: S101 - it is a file of Python
    assert found.loader is not None  # noqa: S101
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


awx_display = _awx_display()
transcript = transcript_of_this_process()


def begin(_stream: Any) -> None:
    """Begin the event that the callback has just described."""
    transcript.begin(awx_display.event_context.get_begin_dict())


def end(_stream: Any) -> None:
    """End it."""
    transcript.end()


awx_display.event_context.dump_begin = begin
awx_display.event_context.dump_end = end


class CallbackModule(awx_display.CallbackModule):  # type: ignore[misc,name-defined]
    """The callback of ansible-runner."""

    CALLBACK_NAME = "kombify_events"
