# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Telling secrets from other texts, without ever showing them."""

from __future__ import annotations

import math
import re
from collections import Counter

from ansible_collections.kombify.stack.plugins.module_utils.spec.secretrefs import is_secret_ref

# What tokens of well-known services begin with, and what they are.
_KNOWN = (
    (re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY"), "a private key"),
    (re.compile(r"AGE-SECRET-KEY-1[0-9A-Z]{20,}"), "an age key"),
    (re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"), "an AWS access key"),
    (re.compile(r"\b(?:gh[pousr]_[0-9A-Za-z]{30,}|github_pat_[0-9A-Za-z_]{30,})"), "a GitHub token"),
    (re.compile(r"\bgl(?:pat|ptt|rt|dt)-[0-9A-Za-z_-]{16,}"), "a GitLab token"),
    (re.compile(r"\bxox[abeoprs]-[0-9A-Za-z-]{10,}"), "a Slack token"),
    (re.compile(r"\bhooks\.slack\.com/services/T[0-9A-Z]+/[0-9A-Z]+/[0-9A-Za-z]+"), "a Slack webhook"),
    (re.compile(r"\bdiscord(?:app)?\.com/api/webhooks/[0-9]+/[0-9A-Za-z_-]{20,}"), "a Discord webhook"),
    (re.compile(r"\b[0-9]{8,10}:AA[0-9A-Za-z_-]{32,}"), "a Telegram token"),
    (re.compile(r"\bhv[sbr]\.[0-9A-Za-z_-]{20,}"), "a Vault token"),
    (re.compile(r"\b(?:sk|rk)_live_[0-9A-Za-z]{16,}"), "a Stripe key"),
    (re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b"), "a Google API key"),
    (re.compile(r"\btskey-[a-z]+-[0-9A-Za-z-]{10,}"), "a Tailscale key"),
    (re.compile(r"\bdckr_pat_[0-9A-Za-z_-]{20,}"), "a Docker token"),
    (re.compile(r"\bnpm_[0-9A-Za-z]{30,}"), "an npm token"),
    (re.compile(r"\beyJ[0-9A-Za-z_-]{8,}\.eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}"), "a signed token (JWT)"),
    (re.compile(r"://[^/\s:@{}]+:[^/\s:@{}$]{3,}@"), "a URL with a password"),
)
_NAME = re.compile(
    r"(?:\A|[_.])(?:password|passwd|passphrase|token|api_?key|private_key|secret_key|secret_access_key|client_secret)\Z"
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_DENSE = re.compile(r"[0-9A-Za-z+/_=-]{24,}\Z")
_BITS = 3.9


def secret_kind(text: str, key: str = "") -> str | None:
    """Say what a text gives away, ``holds a GitHub token``: judged by its look and its key's name; None for nothing."""
    if is_secret_ref(text) or not text.strip() or "{{" in text or "${" in text:
        return None
    for pattern, kind in _KNOWN:
        if pattern.search(text):
            return f"holds {kind}"
    if _NAME.search(_HUMP.sub("_", key).replace("-", "_").lower()) and not text.startswith("/"):
        return "is a secret, and here stands its value"
    return "holds what looks like a random key" if _is_random(text) else None


def _is_random(text: str) -> bool:
    """Long texts of many different letters of all kinds were made by machines; names and paths are not like that."""
    if not _DENSE.match(text):
        return False
    kinds = (str.isupper, str.islower, str.isdigit)
    if not all(any(kind(sign) for sign in text) for kind in kinds) or text.count("/") > 2 or text.count("-") > 3:
        return False
    total = len(text)
    return -sum(n / total * math.log2(n / total) for n in Counter(text).values()) >= _BITS
