"""What the service must never forget, in SQLite or PostgreSQL: jobs, their events, leases, workers, tokens, schedules.

``Database`` opens it, ``models`` says what is in it, ``migrate`` brings it to the form that this version needs. All
rules that must hold whatever happens (one job of a stack at a time, one execution of a job, one row per event) are
keys of these tables, so that they do not depend on who works with them.
"""

from __future__ import annotations
