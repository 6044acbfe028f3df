"""What the API for AWX's clients, rollback, drift and drained workers need."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add columns and tables."""
    op.add_column("jobs", sa.Column("artifacts", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("workers", sa.Column("wanted", sa.Text(), nullable=False, server_default=""))
    _handles()
    _snapshots()
    _drifts()
    _notices()


def _handles() -> None:
    op.create_table(
        "handles",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handles")),
        sa.UniqueConstraint("kind", "name", name=op.f("uq_handles_kind_name")),
        sqlite_autoincrement=True,
    )


def _snapshots() -> None:
    op.create_table(
        "snapshots",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("stack", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("applied_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshots")),
        sa.UniqueConstraint("stack", "digest", name=op.f("uq_snapshots_stack_digest")),
    )


def _drifts() -> None:
    op.create_table(
        "drifts",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("stack", sa.Text(), nullable=False),
        sa.Column("job_id", NUMBER, nullable=True),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("differences", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_drifts_job_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drifts")),
        sa.UniqueConstraint("job_id", name=op.f("uq_drifts_job_id")),
    )
    op.create_index("ix_drifts_stack_id", "drifts", ["stack", "id"])


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("stack", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("kind", "subject", name=op.f("uq_notices_kind_subject")),
    )
    op.create_index(op.f("ix_notices_at"), "notices", ["at"])
