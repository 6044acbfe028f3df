"""Health and figures over a real socket and with both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

JOBS = "/v1/orchestrator/jobs"


def figures(api: Any) -> dict[str, float]:
    text = httpx.get(f"{api.url}/metrics", timeout=60).raise_for_status().text
    return {
        sample.name: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.labels
    }


def test_figures_follow_what_happens(api: Any) -> None:
    before = figures(api)
    assert api.ask("POST", JOBS, json={"playbook": "site"}).status_code == 202
    after = figures(api)
    assert after["kombify_queue_length"] == before["kombify_queue_length"] + 1
    assert after["kombify_jobs_launched"] > before["kombify_jobs_launched"]
    assert after["kombify_database_bytes"] > 0
    assert after["kombify_data_free_bytes"] > 0
    assert after["process_resident_memory_bytes"] > 0


def test_a_service_without_workers_takes_jobs_and_says_so(api: Any) -> None:
    answer = httpx.get(f"{api.url}/readyz", timeout=60)
    assert (answer.status_code, answer.json()["troubles"]) == (200, {})
    assert "no worker" in answer.json()["warnings"]["workers"]


def test_many_who_ask_at_once_are_all_answered(api: Any) -> None:
    def ask(number: int) -> int:
        path = ("/readyz", "/metrics", "/healthz", f"{JOBS}?limit=5")[number % 4]
        return int(api.ask("GET", path, "read").status_code)

    with ThreadPoolExecutor(20) as threads:
        assert set(threads.map(ask, range(80))) == {200}


@pytest.mark.parametrize("path", ["/metrics", JOBS, "/v1/orchestrator/tokens"])
def test_whoever_comes_through_a_proxy_needs_a_token(api: Any, path: str) -> None:
    answer = httpx.get(api.url + path, headers={"X-Forwarded-For": "127.0.0.1"}, timeout=60)
    assert answer.status_code == 401


def test_a_token_that_was_made_and_ended_over_http_is_in_the_audit(api: Any) -> None:
    made = api.ask("POST", "/v1/orchestrator/tokens", json={"name": "guest"}).json()["token"]
    headers = {"Authorization": f"Bearer {made}"}
    assert httpx.get(api.url + JOBS, headers=headers, timeout=60).status_code == 200
    assert api.ask("DELETE", "/v1/orchestrator/tokens/guest").status_code == 204
    assert httpx.get(api.url + JOBS, headers=headers, timeout=60).status_code == 401
    audit = api.ask("GET", "/v1/orchestrator/audit?limit=3")
    assert [one["action"] for one in audit.json()["items"]] == ["login", "token.revoke", "token.create"]
    assert made not in audit.text
