"""Drift: where machines are not as the spec says."""

from __future__ import annotations
