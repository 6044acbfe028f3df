"""One file a step; each knows the step before it."""

from __future__ import annotations
