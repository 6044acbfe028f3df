# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said when a secret cannot be had."""

from __future__ import annotations


class SecretUnreadable(Exception):
    """A secret cannot be had: what happened, and what to do. It never holds a value."""

    def __init__(self, what: str, remedy: str) -> None:
        """Keep both halves, for a task that shows them and a program that reads them."""
        super().__init__(f"{what}; {remedy}")
        self.what, self.remedy = what, remedy
