"""Whatever is sent to any operation of the API, the answer is one that its description knows, and never a fault."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode

load_all_checks()
CONFORMANCE = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
FREE = {"/healthz", "/system/version", "/readyz", "/metrics"}
"""What needs no token on this machine."""
STREAM = "/v1/orchestrator/jobs/{job_id}/stream"
PATIENCE = 120


@pytest.fixture(scope="module")
def operations(api: Any) -> list[Any]:
    schema = schemathesis.openapi.from_dict(httpx.get(f"{api.url}/openapi.json", timeout=PATIENCE).json())
    schema.config.update(base_url=api.url)
    return [found.ok() for found in schema.get_all_operations()]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_any_request_gets_an_answer_of_the_description(api: Any, operations: list[Any], mode: GenerationMode) -> None:
    headers = {"Authorization": f"Bearer {api.tokens['admin']}"}
    assert len(operations) > 40
    # A stream goes on as long as its job, so it is asked for jobs that are not there, below.
    problems = [one for operation in operations if operation.path != STREAM for one in wrong(operation, mode, headers)]
    assert "\n".join(problems) == ""


def test_nothing_but_health_answers_without_a_token(api: Any, operations: list[Any]) -> None:
    closed = [operation for operation in operations if operation.path not in FREE]
    answers = {operation.label: one_case(operation).call(timeout=PATIENCE).status_code for operation in closed}
    internal = {label for label in answers if "/api/internal/" in label}
    assert {label: code for label, code in answers.items() if code != (404 if label in internal else 401)} == {}


def test_a_stream_of_a_job_that_is_not_there_is_a_problem(api: Any) -> None:
    answer = api.ask("GET", STREAM.format(job_id=2**40))
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def wrong(operation: Any, mode: GenerationMode, headers: dict[str, str]) -> Iterator[str]:
    """Send what suits an operation, or what does not, and return what is wrong with the answers."""
    problems: list[str] = []

    @settings(
        max_examples=8,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        answer = case.call(headers=headers, timeout=PATIENCE)
        try:
            case.validate_response(answer, checks=CHECKS.get_by_names(CONFORMANCE))
        except FailureGroup as failures:
            sent = f"{case.method} {case.formatted_path} {case.query} {case.body!r}"[:500]
            problems.extend(f"{sent}\n  {one.title}: {one.message[:300]}" for one in failures.exceptions)

    with suppress(Unsatisfiable):  # where nothing is asked for, nothing can be wrong
        ask()
    return iter(problems)


def one_case(operation: Any) -> Any:
    """Return one request that suits an operation."""
    cases: list[Any] = []

    @settings(max_examples=1, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def keep(case: Any) -> None:
        cases.append(case)

    keep()
    return cases[0]
