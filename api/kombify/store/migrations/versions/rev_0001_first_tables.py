"""The first tables: jobs, their events, leases, workers, accounts, schedules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    _audit()
    _jobs()
    _settings()
    _tokens()
    _workers()
    _events()
    _host_summaries()
    _phases()
    _runs()
    _schedules()
    _stack_leases()


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("stack", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("launched_by", sa.Text(), nullable=False),
        sa.Column("launch_key", sa.Text(), nullable=True),
        sa.Column("parent_id", NUMBER, nullable=True),
        sa.Column("relaunch_of", NUMBER, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("cancel_asked_at", MOMENT, nullable=True),
        sa.Column("cancel_asked_by", sa.Text(), nullable=False),
        sa.Column("code", NUMBER, nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("events_stored", sa.Boolean(), nullable=False),
        sa.Column("events_missing", NUMBER, nullable=False),
        sa.Column("enqueued", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["jobs.id"], name="fk_jobs_parent_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("launched_by", "launch_key", name="uq_jobs_launched_by_launch_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_jobs_ended_at", "jobs", ["ended_at"], unique=False)
    op.create_index("ix_jobs_parent_id", "jobs", ["parent_id"], unique=False)
    op.create_index("ix_jobs_stack_state_id", "jobs", ["stack", "state", "id"], unique=False)
    op.create_index("ix_jobs_state", "jobs", ["state"], unique=False)


def _settings() -> None:
    op.create_table(
        "settings",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_settings"),
    )


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.UniqueConstraint("digest", name="uq_tokens_digest"),
        sa.UniqueConstraint("name", name="uq_tokens_name"),
    )


def _workers() -> None:
    op.create_table(
        "workers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("beats", NUMBER, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("guarded", sa.Boolean(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workers"),
    )


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("job_id", NUMBER, nullable=False),
        sa.Column("counter", NUMBER, nullable=False),
        sa.Column("uuid", sa.Text(), nullable=False),
        sa.Column("parent_uuid", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("play", sa.Text(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("changed", sa.Boolean(), nullable=False),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.Column("start_line", NUMBER, nullable=False),
        sa.Column("end_line", NUMBER, nullable=False),
        sa.Column("stdout", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_events_job_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "counter", name="pk_events"),
    )


def _host_summaries() -> None:
    op.create_table(
        "host_summaries",
        sa.Column("job_id", NUMBER, nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("ok", NUMBER, nullable=False),
        sa.Column("changed", NUMBER, nullable=False),
        sa.Column("failed", NUMBER, nullable=False),
        sa.Column("unreachable", NUMBER, nullable=False),
        sa.Column("skipped", NUMBER, nullable=False),
        sa.Column("rescued", NUMBER, nullable=False),
        sa.Column("ignored", NUMBER, nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_host_summaries_job_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "host", name="pk_host_summaries"),
    )


def _phases() -> None:
    op.create_table(
        "phases",
        sa.Column("workflow_id", NUMBER, nullable=False),
        sa.Column("position", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("undo", sa.Text(), nullable=True),
        sa.Column("job_id", NUMBER, nullable=True),
        sa.Column("undo_job_id", NUMBER, nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_phases_job_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["undo_job_id"], ["jobs.id"], name="fk_phases_undo_job_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["workflow_id"], ["jobs.id"], name="fk_phases_workflow_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workflow_id", "position", name="pk_phases"),
    )


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("job_id", NUMBER, nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("claimed_at", MOMENT, nullable=False),
        sa.Column("offset", NUMBER, nullable=False),
        sa.Column("counter", NUMBER, nullable=False),
        sa.Column("folder_removed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_runs_job_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", name="pk_runs"),
    )
    op.create_index("ix_runs_worker", "runs", ["worker"], unique=False)


def _schedules() -> None:
    op.create_table(
        "schedules",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("stack", sa.Text(), nullable=False),
        sa.Column("cron", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.Column("last_job_id", NUMBER, nullable=True),
        sa.ForeignKeyConstraint(["last_job_id"], ["jobs.id"], name="fk_schedules_last_job_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_schedules"),
        sa.UniqueConstraint("name", name="uq_schedules_name"),
    )
    op.create_index("ix_schedules_next_at", "schedules", ["next_at"], unique=False)


def _stack_leases() -> None:
    op.create_table(
        "stack_leases",
        sa.Column("stack", sa.Text(), nullable=False),
        sa.Column("job_id", NUMBER, nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_stack_leases_job_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("stack", name="pk_stack_leases"),
        sa.UniqueConstraint("job_id", name="uq_stack_leases_job_id"),
    )
