"""The processes that run jobs."""

from __future__ import annotations
