"""Tokens, the audit, and what admins can set."""

from __future__ import annotations
