"""Arguments that several commands of `kombify schedule` share."""

from __future__ import annotations

from typing import Annotated

import typer

ScheduleName = Annotated[str, typer.Argument(metavar="NAME", help="The schedule.")]
