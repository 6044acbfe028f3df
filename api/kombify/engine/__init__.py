"""Durable jobs: what was accepted is carried out once, in order, whatever is killed on the way.

A launch is one transaction: the job's row and its place in the durable queue. A worker performs the job when the
stack's lease is free: it starts the runner's detached process, or finds the one that a killed worker had started, and
stores what it writes. All rules are keys of our own tables (see :mod:`kombify.store.models`); the durable queue only
brings a job to a worker, also to a second one when the first died, and :mod:`kombify.engine.durable` alone knows it.
"""

from __future__ import annotations
