"""What Ansible gets to know through the environment of one job. What the user has set there himself stays."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from kombify.runner import processes
from kombify.runner.job import fact_cache

SETTINGS = {
    # Half of the time of a run; for local connections it would only cost.
    "ANSIBLE_SSH_PIPELINING": "true",
    "ANSIBLE_FORKS": "20",
    # A machine's key is taken the first time, and must not change then.
    "ANSIBLE_HOST_KEY_CHECKING": "true",
    "ANSIBLE_SSH_COMMON_ARGS": "-o StrictHostKeyChecking=accept-new",
    # A machine that is powered off in mid-task is noticed after 20 seconds, and not when TCP gives up.
    "ANSIBLE_SSH_EXTRA_ARGS": "-o ServerAliveInterval=5 -o ServerAliveCountMax=4",
    # A broken spec ends the run instead of leaving it without hosts.
    "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true",
    "ANSIBLE_INVENTORY_ENABLED": "kombify.stack.kombination,host_list,script,ini,auto,yaml",
    "ANSIBLE_CALLBACKS_ENABLED": "kombify.stack.summary",
    "ANSIBLE_CACHE_PLUGIN_TIMEOUT": "7200",
    "ANSIBLE_NOCOWS": "true",
    # Whoever shows the output says whether there are colours.
    "ANSIBLE_FORCE_COLOR": "true",
}
CONFIGURATION = "ansible.cfg"
CALLBACKS = Path(__file__).with_name("callback")
SERVICE = "KOMBISTACK_"
"""How the service's own settings begin, such as the password of its database: no business of a job."""


def job_environment(folder: Path, stack: Path, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a job of the stack in this folder."""
    given = {
        name: value
        for name, value in (os.environ if environment is None else environment).items()
        if not name.startswith(SERVICE)
    }
    programs = str(Path(sys.executable).parent)
    settings = dict(SETTINGS)
    if (stack / CONFIGURATION).exists():
        settings["ANSIBLE_CONFIG"] = str(stack / CONFIGURATION)
    return {
        **settings,
        **given,
        "PATH": os.pathsep.join((programs, given.get("PATH", os.defpath))),
        # What a killed run leaves behind goes with the job's folder.
        "ANSIBLE_LOCAL_TEMP": str(folder / "tmp"),
        "ANSIBLE_RETRY_FILES_ENABLED": "false",
        "ANSIBLE_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(fact_cache(folder.parent)),
        **_callback(given),
        processes.MARK: str(folder),
    }


def without_our_callback(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what of a job's environment changes for a run that tells what happens in a way of its own."""
    folders = environment.get("ANSIBLE_CALLBACK_PLUGINS", "").split(os.pathsep)
    return {
        "ANSIBLE_CALLBACK_PLUGINS": os.pathsep.join(one for one in folders if one and one != str(CALLBACKS)),
        "ANSIBLE_STDOUT_CALLBACK": environment.get("ORIGINAL_STDOUT_CALLBACK", "default"),
    }


def _callback(given: Mapping[str, str]) -> dict[str, str]:
    """Return what makes Ansible tell us what happens; how it looks on the screen stays the user's choice."""
    folders = (given.get("ANSIBLE_CALLBACK_PLUGINS"), str(CALLBACKS))
    looks = given.get("ANSIBLE_STDOUT_CALLBACK")
    return {
        "ANSIBLE_CALLBACK_PLUGINS": os.pathsep.join(filter(None, folders)),
        "ANSIBLE_STDOUT_CALLBACK": "kombify_events",
        **({"ORIGINAL_STDOUT_CALLBACK": looks} if looks else {}),
    }
