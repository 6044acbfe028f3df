"""From what somebody asks for to what the engine is told. Nothing from outside widens a run or becomes a template."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import did_you_mean
from ansible_collections.kombify.stack.plugins.module_utils.spec.secretrefs import parse_secret_ref
from kombify.engine.playbooks import ADMINS_ONLY, allowed_playbooks
from kombify.engine.requests import JobRequest
from kombify.runner.variables import templates_in
from kombify.server.access.callers import Caller
from kombify.server.jobs.models import JobLaunch
from kombify.server.problems import Problem, wrong_field
from kombify.server.service import Service
from kombify.store.tokens import Scope

VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
OF_ANSIBLE = "ansible_"
EVENT = "ansible_eda"
"""What ansible-rulebook hands over. Alerts may hold braces; it is data, as no variable is ever a template."""
LOCAL_SECRETS = ("env:", "file:", "keychain:")
"""Secrets of the machine that the service runs on."""


def asked_for(service: Service, caller: Caller, launch: JobLaunch) -> tuple[str, JobRequest]:
    """Return the stack and the request, or raise the :class:`Problem` that names the field. It plans: use a thread."""
    stack = stack_named(service, launch.stack)
    playbooks = allowed_playbooks(service.stacks.folder(stack))
    if launch.playbook not in playbooks:
        known = did_you_mean(launch.playbook, playbooks, f"known: {', '.join(sorted(playbooks))}")
        raise wrong_field("playbook", f"'{launch.playbook[:80]}' is none that may be launched", known)
    _check_secrets(launch.secrets)
    _check_rights(caller, launch)
    check_hosts(service, stack, launch.limit)
    _check_variables(caller, launch.variables)
    try:
        request = JobRequest(
            **{**launch.model_dump(exclude={"stack", "playbook"}), "playbook": playbooks[launch.playbook]}
        )
    except ValidationError as error:
        raise wrong_field("variables", str(error.errors()[0]["msg"]).removeprefix("Value error, ")) from None
    return stack, request


def stack_named(service: Service, name: str) -> str:
    """Return the name of a stack that is there; without a name, that of the only one."""
    names = service.stacks.names()
    if not name and len(names) == 1:
        return names[0]
    if name not in names:
        message = f"there is no stack '{name[:80]}'" if name else "there are several stacks"
        raise wrong_field("stack", message, did_you_mean(name, names, f"known: {', '.join(names) or 'none'}"))
    return name


def _check_secrets(secrets: Mapping[str, str]) -> None:
    """See that a value does not come in here: a reference is stored, and a secret must never be."""
    for name, text in secrets.items():
        if VARIABLE.fullmatch(name) is None or name.startswith(OF_ANSIBLE):
            raise wrong_field(f"secrets.{name[:80]}", "a variable's name has letters, digits and underscores")
        if parse_secret_ref(text) is None:
            hint = "store it, and send where it is, as in vault:kv/db#password"
            raise wrong_field(f"secrets.{name}", "this is no reference to a secret", hint)


def _check_rights(caller: Caller, launch: JobLaunch) -> None:
    if caller.scope.allows(Scope.ADMIN):
        return
    if launch.playbook in ADMINS_ONLY:
        hint = "use a token with the scope 'admin'"
        raise Problem(HTTPStatus.FORBIDDEN, f"'{launch.playbook}' is for admins", hint, errors=[("playbook", hint)])
    for name, reference in launch.secrets.items():
        if reference.startswith(LOCAL_SECRETS):
            message = "secrets of the service's own machine are for admins"
            raise Problem(HTTPStatus.FORBIDDEN, message, errors=[(f"secrets.{name}", message)])


def check_hosts(service: Service, stack: str, limit: tuple[str, ...]) -> None:
    """See that all hosts exist. A broken spec has no list of them: then the job itself will say so."""
    hosts = service.plans.of(stack).hosts if limit else frozenset()
    for position, name in enumerate(limit):
        if hosts and name not in hosts:
            hint = did_you_mean(name, hosts, f"the stack has {len(hosts)} machines")
            raise wrong_field(f"limit[{position}]", f"there is no machine '{name[:80]}'", hint)


def _check_variables(caller: Caller, variables: Mapping[str, Any]) -> None:
    for name, value in variables.items():
        if VARIABLE.fullmatch(name) is None:
            raise wrong_field(f"variables.{name[:80]}", "a variable's name has letters, digits and underscores")
        if name.startswith(OF_ANSIBLE) and name != EVENT:
            message = "this one decides how Ansible reaches machines, and belongs in the spec"
            raise wrong_field(f"variables.{name}", message)
        if name != EVENT and not caller.scope.allows(Scope.ADMIN):
            for place in templates_in(value, f"variables.{name}"):
                raise wrong_field(place, "this looks like a template, and variables are never templates")
