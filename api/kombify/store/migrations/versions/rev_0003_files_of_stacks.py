"""Which files of its stack a job was ordered for, and which of them each worker has."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add columns."""
    op.add_column("jobs", sa.Column("origin", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("workers", sa.Column("stacks", sa.Text(), nullable=False, server_default="{}"))
