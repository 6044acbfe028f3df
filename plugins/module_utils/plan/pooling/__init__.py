# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which databases share an instance, which get their own, and why."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.plan.pooling.decide import pool
from ansible_collections.kombify.stack.plugins.module_utils.plan.pooling.model import (
    BUDGET,
    DatabaseDemand,
    Existing,
    Failure,
    Offer,
    Pooling,
    PoolInstance,
    Seat,
    saving,
)

__all__ = [
    "BUDGET",
    "DatabaseDemand",
    "Existing",
    "Failure",
    "Offer",
    "PoolInstance",
    "Pooling",
    "Seat",
    "pool",
    "saving",
]
