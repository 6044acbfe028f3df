"""The page of a stack: complete, and nothing in a plan can break out of a cell."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.render.docs.markdown import NOTHING, code, plain, table
from ansible_collections.kombify.stack.plugins.module_utils.render.docs.page import MOST_ROWS, markdown
from ansible_collections.kombify.stack.plugins.module_utils.render.docs.picture import MOST_NODES, machines


def rows(page: str, section: str) -> list[list[str]]:
    """Return the cells of a section's table, its header left out."""
    body = page.split(f"\n## {section}\n")[1].split("\n## ")[0]
    lines = [line for line in body.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def test_a_page_has_a_section_for_everything_that_the_plan_has(unified) -> None:
    page = markdown(unified("platform", waves=[["traefik"], ["postgresql", "node-exporter"]]))
    titles = [line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")]
    expected = ["Machines", "Networks", "Links", "Clusters", "Services", "Order", "Databases", "Backups"]
    assert titles == expected


def test_an_empty_plan_is_an_empty_page(unified) -> None:
    page = markdown(unified("empty"))
    assert "An empty stack" in page
    assert "## " not in page


def test_every_machine_and_service_has_a_row(unified) -> None:
    plan = unified("platform")
    page = markdown(plan)
    assert sorted(row[0] for row in rows(page, "Machines")) == sorted(plan.nodes)
    assert sorted(row[0] for row in rows(page, "Services")) == sorted(plan.services)


def test_the_picture_puts_vms_into_their_hypervisor(unified) -> None:
    drawn = (machines(unified("platform")) or "").splitlines()
    start = drawn.index('  subgraph n_home_server["home-server<br/>192.168.100.2"]')
    inside = drawn[start + 1 : drawn.index("  end", start)]
    assert [line.split("[")[0].strip() for line in inside] == ["n_k8s_master_1", "n_k8s_worker_1", "n_k8s_worker_2"]
    assert "  n_gateway -. pangolin .- n_k8s_worker_1" in drawn


@pytest.mark.parametrize(
    ("count", "drawn", "listed"), [(3, True, True), (MOST_NODES + 1, False, True), (MOST_ROWS + 1, False, False)]
)
def test_a_large_stack_is_counted_instead_of_drawn_and_listed(count: int, drawn: bool, listed: bool, unified) -> None:
    nodes: dict[str, Any] = {
        f"n{i}": {"name": f"n{i}", "type": "pc", "state": "present", "site": "hq"} for i in range(count)
    }
    page = markdown(unified("empty", nodes=nodes))
    assert ("```mermaid" in page) is drawn
    assert len(rows(page, "Machines")) == (count if listed else 1)


def test_a_reference_to_a_secret_is_shown_as_what_it_is(unified) -> None:
    assert rows(markdown(unified("platform")), "Databases")[0][-1] == "`vault:kv/db/gitlab#password`"


@pytest.mark.parametrize("text", ["a | b", "`x`", "<b>", "[l](u)", "two\nlines", "\x1b[2J", "*x*", "&lt;"])
def test_a_cell_stays_a_cell(text: str) -> None:
    for shown in (plain(text), code(text)):
        line = table(("x",), [(shown,)])[2]
        assert line.replace("\\|", "").count("|") == 2
        assert "\n" not in line
        assert "\x1b" not in line
    assert "<b" not in plain(text)


@pytest.mark.parametrize("nothing", [None, "", " "])
def test_nothing_is_a_dash(nothing: str | None) -> None:
    assert plain(nothing) == NOTHING
