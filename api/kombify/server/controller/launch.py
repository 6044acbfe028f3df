"""What a client asks for when it launches a template: AWX's words, checked, in ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
import yaml
from pydantic import BaseModel, Field, ValidationError, field_validator

from kombify.runner.events import HIDDEN, secrets_in
from kombify.server.controller.catalogue import JOB_TEMPLATE, Catalogue, Template
from kombify.server.controller.templates import ASKED, ASKED_OF_WORKFLOWS
from kombify.server.jobs.launching import EVENT
from kombify.server.jobs.models import JobLaunch
from kombify.server.problems import wrong_field

ALL = "all"
"""The hosts of ansible-rulebook's rulesets when nothing else is said: all that the playbook is for."""
LONGEST_YAML = 20_000
"""Characters; YAML is slow to read, and whoever has more to say writes JSON."""
WRITTEN = {"variables": "extra_vars", "tags": "job_tags"}
"""How a launch writes what a template calls so."""


class _NoAliases(yaml.SafeLoader):
    """Reads YAML without aliases, with which a short text can say very much."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse an alias."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are refused")
        return super().compose_node(parent, index)  # type: ignore[no-any-return,no-untyped-call,unused-ignore]


class LaunchBody(BaseModel):
    """What a launch may say; null says nothing."""

    extra_vars: dict[str, Any] | None = None
    limit: str | None = None
    job_tags: str | None = None
    job_type: str | None = Field(None, pattern="^(run|check)$")
    verbosity: int | None = Field(None, ge=0, le=5)
    diff_mode: bool | None = None
    inventory: int | None = None
    labels: list[int] | None = Field(None, max_length=100)

    @field_validator("extra_vars", mode="before")
    @classmethod
    def _read(cls, given: Any) -> Any:
        return read_variables(given)


def read_variables(given: Any) -> Any:
    """Return variables that come as an object, or as JSON or YAML in a text."""
    if not isinstance(given, str):
        return given
    if not given.strip() or given.strip() == "---":
        return {}
    try:
        return orjson.loads(given)
    except orjson.JSONDecodeError:
        return _from_yaml(given)


def _from_yaml(text: str) -> Any:
    if len(text) > LONGEST_YAML:
        raise ValueError(f"more than {LONGEST_YAML} characters of YAML; write JSON")
    try:
        return orjson.loads(orjson.dumps(yaml.load(text, _NoAliases)))  # noqa: S506 - it is a safe loader
    except (yaml.YAMLError, TypeError, RecursionError, orjson.JSONDecodeError):
        raise ValueError("neither JSON nor YAML without aliases") from None


def read_body(template: Template, given: Mapping[str, Any], catalogue: Catalogue) -> tuple[LaunchBody, dict[str, Any]]:
    """Return what was asked for, and what of it this template does not ask for."""
    asked = ASKED if template.kind == JOB_TEMPLATE else ASKED_OF_WORKFLOWS
    known = {WRITTEN.get(name, name) for name in asked}
    ignored = {name: value for name, value in given.items() if name not in known}
    try:
        body = LaunchBody.model_validate({name: value for name, value in given.items() if name in known})
    except ValidationError as error:
        raise _first(error, {}) from None
    if body.inventory is not None and body.inventory != catalogue.number("inventory", template.stack):
        raise wrong_field("inventory", "a stack has one inventory, its own")
    return body, ignored


def job_launch(template: Template, body: LaunchBody) -> JobLaunch:
    """Return what is asked for in the words of the service's own API, which checks the rest."""
    try:
        return JobLaunch(
            stack=template.stack,
            playbook=template.title,
            title=template.title,
            tags=tuple(_words(body.job_tags)),
            limit=tuple(_hosts(body.limit)),
            check=body.job_type == "check",
            diff=bool(body.diff_mode),
            verbosity=body.verbosity or 0,
            variables=_variables(body.extra_vars or {}),
        )
    except ValidationError as error:
        said = "names of machines, separated by commas; patterns and groups are refused"
        raise _first(error, {"limit": said, "tags": "names of tags, separated by commas"}) from None


def _first(error: ValidationError, words: Mapping[str, str]) -> Exception:
    first = error.errors()[0]
    field = str(first["loc"][0]) if first["loc"] else "body"
    return wrong_field(field, words.get(field) or str(first["msg"]).removeprefix("Value error, "))


def _words(text: str | None) -> Iterator[str]:
    return (word.strip() for word in (text or "").split(",") if word.strip())


def _hosts(text: str | None) -> Iterable[str]:
    return () if (text or "").strip() == ALL else _words(text)


def _variables(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return variables; of an event that ansible-rulebook hands over, secrets are left out."""
    return {name: _without_secrets(value) if name == EVENT else value for name, value in given.items()}


def _without_secrets(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            name: HIDDEN if isinstance(one, str) and one and secrets_in({name: one}) else _without_secrets(one)
            for name, one in value.items()
        }
    return [_without_secrets(one) for one in value] if isinstance(value, list) else value
