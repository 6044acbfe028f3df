# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sentences: what a rejection, a score and a decision mean, for people. The data behind them is in explain.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.amounts import Amounts
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.wishes import Rejection
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import format_cpu, human_size

NAMES = {"memory": "RAM", "storage": "disk", "cpu": "CPU"}


def human_amount(resource: str, amount: int) -> str:
    """Return an amount with its unit: ``1.4 GiB``, ``2 cores``."""
    if resource != "cpu":
        return human_size(amount)
    return "1 core" if amount == 1000 else f"{format_cpu(amount)}" + ("" if amount % 1000 else " cores")


def refusal(word: str, rejection: Rejection, target: str) -> str:
    """Say why a target is refused, beginning with the target: for what has to leave it."""
    return f"{target} is gone" if word == "gone" else f"{target}: {reason(word, rejection)}"


def reason(word: str, rejection: Rejection, size: Amounts | None = None) -> str:
    """Say why a target is refused."""
    needs, has = rejection.needs, rejection.has
    match word:
        case "state":
            return f"is {has['state']}"
        case "runs_on":
            return _runs_on(needs)
        case "kind":
            return f"is a {_spaced(has['kind'])}, needs a {_either(needs['kind'])}"
        case "arch":
            return f"is {has['arch']}, needs {_either(needs['arch'])}"
        case "devices":
            return f"has no {_listed(needs.get('devices', ()), needs.get('labels', {}))}"
        case "taints":
            return f"is kept for others (taint {_both(has['taints'])})"
        case "reach":
            return _reach(needs)
        case "ports":
            return f"port {_both(needs['ports'])} of the host is taken"
        case "neighbours":
            return _neighbours(needs, has)
        case "data":
            return f"its data is on {needs['data']}"
        case "survive":
            short = ", ".join(_short(name, amount) for name, amount in rejection.short_by.items())
            return f"no room would be left to lose one node ({short})"
        case _:
            return _room(rejection, size)


def _room(rejection: Rejection, size: Amounts | None) -> str:
    if rejection.has.get("size", 0) is None:
        return "its size is not known yet"
    whole = size.as_dict() if size else {}
    needs, has = _amounts(rejection.needs), _amounts(rejection.has)
    return (
        "; ".join(
            f"{NAMES[name]}: {human_amount(name, max(0, has[name]))} free"
            + (f" of {human_amount(name, whole[name])}" if name in whole else "")
            + f", needs {human_amount(name, needs[name])} (short by {human_amount(name, short)})"
            for name, short in rejection.short_by.items()
        )
        or "has too little room"
    )


def _runs_on(needs: Mapping[str, object]) -> str:
    return f"runs_on names only {_both(needs['runs_on'])}" if "runs_on" in needs else "not_on names it"


def _reach(needs: Mapping[str, object]) -> str:
    return f"has no link to {_both(needs['sites'])}" if "sites" in needs else "has no public address"


def _neighbours(needs: Mapping[str, object], has: Mapping[str, object]) -> str:
    if "with" in needs:
        return f"has to stand with {_both(needs['with'])}, which is not or cannot be here"
    if "apart" in needs:
        return f"has to stand apart from {_both(needs['apart'])}, which is here"
    return f"spread over {needs['spread']}: one more here would be {has['skew']} ahead, {needs['max_skew']} is allowed"


def _short(name: str, amount: int) -> str:
    return f"{NAMES[name]} short by {human_amount(name, amount)}"


def _amounts(found: Mapping[str, Any]) -> dict[str, int]:
    return {name: int(amount) for name, amount in found.items()}


def _spaced(word: object) -> str:
    return str(word).replace("_", " ")


def _words(found: object) -> list[str]:
    return [_spaced(word) for word in found] if isinstance(found, list | tuple) else [str(found)]


def _either(found: object) -> str:
    return " or ".join(_words(found))


def _both(found: object) -> str:
    words = _words(found)
    return ", ".join(words) if len(words) < 4 else f"{', '.join(words[:3])} and {len(words) - 3} more"


def _listed(devices: object, labels: object) -> str:
    found = _words(devices) if devices else []
    if isinstance(labels, Mapping) and labels:
        found += [f"label {key}={value}" for key, value in labels.items()]
    return " and no ".join(found)
