"""Tables are readable on a wide terminal, on a narrow one, and in a pipe."""

from __future__ import annotations

from rich.console import Console

from kombify.cli.output import SafeConsole
from kombify.cli.views.tables import table

HEADERS = ("node", "points", "why")
ROWS = [("nas", "9.5", "15.0 of 16.0 GiB RAM stay free; slower CPU"), ("mini", "-", "")]


def lines(width: int) -> list[str]:
    console = SafeConsole(width=width, highlight=False, color_system=None)
    with console.capture() as captured:
        console.print(table(HEADERS, ROWS, right=(1,)))
    return [line.rstrip() for line in captured.get().splitlines()]


def test_a_wide_table_has_a_line_a_row() -> None:
    assert lines(100) == [
        "node  points  why",
        "nas      9.5  15.0 of 16.0 GiB RAM stay free; slower CPU",
        "mini       -",
    ]


def test_sentences_go_below_their_row_on_a_narrow_terminal() -> None:
    assert lines(40) == [
        "node  points",
        "nas      9.5",
        "    why: 15.0 of 16.0 GiB RAM stay free;",
        "    slower CPU",
        "mini       -",
    ]


def test_a_table_without_rows_is_its_header() -> None:
    console = Console(width=40, color_system=None)
    with console.capture() as captured:
        console.print(table(HEADERS, []))
    assert captured.get().split() == ["node", "points", "why"]
