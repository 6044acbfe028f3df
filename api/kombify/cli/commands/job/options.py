"""Arguments that several commands of `kombify job` share."""

from __future__ import annotations

from typing import Annotated

import typer

JobNumber = Annotated[int, typer.Argument(metavar="JOB", min=1, help="The job's number.")]
