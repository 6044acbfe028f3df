"""Reading stacks and machines, and proposing a machine without writing the spec."""

from __future__ import annotations

from pathlib import Path

from fastapi.testclient import TestClient

HOME = "/v1/orchestrator"
FIXTURES = Path(__file__).parent / "fixtures"


def test_a_stack_is_shown_with_what_can_be_launched(reader: TestClient) -> None:
    listed = reader.get(f"{HOME}/stacks").json()
    assert [stack["name"] for stack in listed] == ["home"]
    assert {"hello", "site", "validate"} <= set(listed[0]["playbooks"])
    shown = reader.get(f"{HOME}/stacks/home").json()
    assert (shown["valid"], shown["nodes"]) == (True, ["nas", "pi"])


def test_a_broken_stack_is_shown_with_all_its_problems(reader: TestClient, stack: Path) -> None:
    spec = stack / "kombination.yaml"
    spec.write_text(spec.read_text(encoding="utf-8").replace("cpu: 4", "cpus: 4"), encoding="utf-8")
    shown = reader.get(f"{HOME}/stacks/home").json()
    assert not shown["valid"]
    assert [problem["place"]["line"] for problem in shown["problems"] if problem["severity"] == "error"] == [6, 10]


def test_machines_are_those_of_the_plan(reader: TestClient) -> None:
    assert [node["name"] for node in reader.get(f"{HOME}/nodes").json()] == ["nas", "pi"]
    assert reader.get(f"{HOME}/nodes/pi").json()["origin"]["memory"].endswith(":11:13")
    assert reader.get(f"{HOME}/nodes/tv").status_code == 404


def test_a_new_machine_is_a_proposal_and_the_spec_stays_as_it_is(reader: TestClient, stack: Path) -> None:
    before = (stack / "kombination.yaml").read_bytes()
    answer = reader.post(f"{HOME}/nodes", json={"name": "tv", "node": {"address": "192.0.2.12", "cpu": 2}})
    proposal = answer.json()
    assert proposal["diff"] == (FIXTURES / "proposal.diff").read_text(encoding="utf-8")
    assert proposal["patch"] == [{"op": "add", "path": "/nodes/tv", "value": {"address": "192.0.2.12", "cpu": 2}}]
    assert proposal["valid"]
    assert (stack / "kombination.yaml").read_bytes() == before


def test_a_proposal_says_what_would_be_wrong(reader: TestClient) -> None:
    wrong = reader.post(f"{HOME}/nodes", json={"name": "tv", "node": {"cpus": 2}}).json()
    assert not wrong["valid"]
    assert "unknown node key 'cpus'" in wrong["problems"][0]["message"]
    assert wrong["problems"][0]["place"]["file"] == "proposal"
    taken = reader.post(f"{HOME}/nodes", json={"name": "nas", "node": {}})
    assert (taken.status_code, taken.json()["detail"]) == (409, "there is a machine 'nas' already")


def test_a_spec_without_a_line_for_a_machine_is_said_so(reader: TestClient, stack: Path) -> None:
    spec = "plugin: kombify.stack.kombination\napiVersion: kombify.stack/v1\nname: home\n"
    (stack / "kombination.yaml").write_text(f"{spec}nodes: {{nas: {{address: 192.0.2.10}}}}\n", encoding="utf-8")
    braces = reader.post(f"{HOME}/nodes", json={"name": "tv", "node": {}})
    assert (braces.status_code, "in braces" in braces.json()["detail"]) == (409, True)
    (stack / "kombination.yaml").write_text(spec, encoding="utf-8")
    first = reader.post(f"{HOME}/nodes", json={"name": "tv", "node": {"address": "192.0.2.12"}}).json()
    assert first["diff"].endswith("+nodes:\n+  tv: {address: 192.0.2.12}\n")
