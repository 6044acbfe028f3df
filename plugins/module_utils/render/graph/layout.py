# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where everything stands in the drawing: a column a wave, ordered so that few arrows cross.

An arrow over several columns gets a lane in each column between, shared by all arrows of the same service, so that no
arrow runs behind a box. The order is Sugiyama's: each column is sorted by the mean place of its neighbours, to and fro.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ansible_collections.kombify.stack.plugins.module_utils.render.graph.waves import Graph, reduced

SWEEPS = 12
BOX_HEIGHT = 26
LANE_HEIGHT = 4
GAP = 10
COLUMN_GAP = 56
LETTER = 7.3

Spot = tuple[str, int]
"""A service in a column: its box in its own column, its lane in a later one."""


@dataclass
class Layout:
    """Places in pixels: the left edge and width of each column, and the middle of each box and lane."""

    columns: list[list[Spot]]
    arrows: list[tuple[Spot, Spot]]
    left: list[float] = field(default_factory=list)
    width: list[float] = field(default_factory=list)
    middle: dict[Spot, float] = field(default_factory=dict)
    height: float = 0


def arrange(graph: Graph) -> Layout:
    """Return the layout of a graph."""
    home = {name: number for number, wave in enumerate(graph.waves) for name in wave}
    needs = reduced(graph)
    columns: list[list[Spot]] = [[(name, number) for name in wave] for number, wave in enumerate(graph.waves)]
    arrows: list[tuple[Spot, Spot]] = []
    for source, first in home.items():
        targets = [name for name, needed in needs.items() if source in needed]
        last = max((home[name] for name in targets), default=first)
        for column in range(first + 1, last):
            columns[column].append((source, column))
            arrows.append(((source, column - 1), (source, column)))
        arrows += [((source, home[name] - 1), (name, home[name])) for name in targets]
    layout = Layout(columns, arrows)
    _order(layout)
    _measure(layout, home)
    return layout


def _order(layout: Layout) -> None:
    before: dict[Spot, list[Spot]] = {}
    after: dict[Spot, list[Spot]] = {}
    for source, target in layout.arrows:
        before.setdefault(target, []).append(source)
        after.setdefault(source, []).append(target)
    place = {spot: float(row) for column in layout.columns for row, spot in enumerate(column)}
    for sweep in range(SWEEPS):
        forth = sweep % 2 == 0
        neighbours = before if forth else after
        for column in layout.columns if forth else reversed(layout.columns):
            wanted = {spot: _mean([place[other] for other in neighbours.get(spot, [spot])]) for spot in column}
            column.sort(key=lambda spot, wanted=wanted: (wanted[spot], spot))  # type: ignore[misc]
            for row, spot in enumerate(column):
                place[spot] = row - len(column) / 2


def _measure(layout: Layout, home: dict[str, int]) -> None:
    heights = []
    for number, column in enumerate(layout.columns):
        boxes = [name for name, _column in column if home[name] == number]
        layout.left.append(layout.left[-1] + layout.width[-1] + COLUMN_GAP if layout.left else 0)
        layout.width.append(max(len(name) for name in boxes) * LETTER + 20 if boxes else 0)
        heights.append(sum(_height(spot, home) + GAP for spot in column) - GAP)
    layout.height = max(heights, default=0)
    for column, height in zip(layout.columns, heights, strict=True):
        top = (layout.height - height) / 2
        for spot in column:
            layout.middle[spot] = top + _height(spot, home) / 2
            top += _height(spot, home) + GAP


def _height(spot: Spot, home: dict[str, int]) -> int:
    name, column = spot
    return BOX_HEIGHT if home[name] == column else LANE_HEIGHT


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
