"""One look for all tables: no lines, numbers to the right, and nothing squeezed on a narrow terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

SPACE = 2
LAST_COLUMN = 30
"""What the last column, which holds sentences, has to have beside the others; else it goes below them."""


@dataclass(frozen=True)
class Listing:
    """A table; the columns whose numbers are in ``right`` are set to the right."""

    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Sequence[int] = ()

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        widths = [max(map(cell_len, column)) for column in zip(self.headers, *self.rows, strict=True)]
        beside = sum(width + SPACE for width in widths[:-1])
        if beside + min(widths[-1], LAST_COLUMN) <= options.max_width:
            yield self._table(len(widths))
            return
        # The sentences of a narrow terminal stand below their row.
        for cells in (self.headers, *self.rows):
            style = "bold" if cells is self.headers else ""
            yield Text(self._line(cells, widths[:-1]), style=style, no_wrap=True, overflow="ignore")
            if cells[-1] and cells is not self.headers:
                name = f"{self.headers[-1]}: " if self.headers[-1] else ""
                yield Padding(Text(f"{name}{cells[-1]}"), (0, 0, 0, SPACE * 2))

    def _table(self, columns: int) -> Table:
        made = Table(
            box=None, pad_edge=False, padding=(0, SPACE, 0, 0), header_style="bold", show_header=any(self.headers)
        )
        for number, header in enumerate(self.headers):
            justify, last = "right" if number in self.right else "left", number == columns - 1
            made.add_column(header, justify=justify, overflow="fold", no_wrap=not last)  # type: ignore[arg-type]
        for row in self.rows:
            made.add_row(*row)
        return made

    def _line(self, cells: Sequence[str], widths: Sequence[int]) -> str:
        padded = []
        for number, (cell, width) in enumerate(zip(cells, widths, strict=False)):
            space = " " * (width - cell_len(cell))
            padded.append(space + cell if number in self.right else cell + space)
        return (" " * SPACE).join(padded).rstrip()


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[int] = ()) -> Listing:
    """Return a table of rows that are made on the way."""
    return Listing(headers, tuple(rows), right)
