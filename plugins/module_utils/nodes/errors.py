# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong on a node, in words for the person who reads the task's result."""

from __future__ import annotations


class NodeError(Exception):
    """Something on this machine cannot be done; the message says what, and what to do."""
