"""The layers of a value, lowest first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rich.console import RenderableType

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Layer, Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import did_you_mean
from kombify.cli.ending import Stop
from kombify.cli.views.tables import table


def chain(spec: Spec, path: str) -> list[Layer]:
    """Return the layers of a value; a path that leads nowhere ends the command."""
    steps = steps_of(path)
    found = spec.why(*steps)
    if not found:
        raise Stop(f"nothing is written at {path}", _nearest(spec, steps))
    return found


def steps_of(path: str) -> tuple[str | int, ...]:
    """Split ``services.x.needs[0]`` or ``services.x.needs.0`` into steps."""
    words = path.replace("[", ".").replace("]", "").split(".")
    return tuple(int(word) if word.isdecimal() else word for word in words)


def data(path: str, layers: Sequence[Layer]) -> dict[str, Any]:
    """Return the layers for a program."""
    return {
        "path": path,
        "value": layers[-1].value,
        "layers": [{"layer": layer.label, "value": layer.value, "place": layer.place.as_dict()} for layer in layers],
    }


def text(path: str, layers: Sequence[Layer]) -> list[RenderableType]:
    """Return the layers for people."""
    rows = [(layer.label, _value(layer.value), str(layer.place)) for layer in layers]
    return [f"{path} = {_value(layers[-1].value)}", "", table(("layer", "value", "place"), rows)]


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _nearest(spec: Spec, steps: Sequence[str | int]) -> str:
    if len(steps) >= 2 and steps[0] in spec.entries:
        known = spec.entries[str(steps[0])]
        if steps[1] not in known:
            return did_you_mean(str(steps[1]), known, f"there is no such entry in {steps[0]}")
        return f"it is a default, or comes from a kit; kombify explain {steps[1]} shows what a service gets"
    return did_you_mean(str(steps[0]), spec.root.entries, "write it as in --set: services.nextcloud.replicas")
