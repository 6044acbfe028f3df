"""Workflows: deployments and their plans."""

from __future__ import annotations
