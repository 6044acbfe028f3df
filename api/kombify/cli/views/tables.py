"""One look for all tables: no lines, numbers to the right, a header that is only a shade different."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.table import Table


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[int] = ()) -> Table:
    """Return a table; the columns whose numbers are in ``right`` are set to the right."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", show_header=any(headers))
    for number, header in enumerate(headers):
        last = number == len(headers) - 1
        made.add_column(
            header, justify="right" if number in right else "left", overflow="fold", ratio=None, no_wrap=not last
        )
    for row in rows:
        made.add_row(*row)
    return made
