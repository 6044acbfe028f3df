"""All commands by the panel of the help that they stand in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kombify.cli.commands.backup import backup
from kombify.cli.commands.capacity import capacity
from kombify.cli.commands.demo import demo
from kombify.cli.commands.destroy import destroy
from kombify.cli.commands.docs import docs
from kombify.cli.commands.drift import drift
from kombify.cli.commands.explain import explain
from kombify.cli.commands.export import export
from kombify.cli.commands.graph import graph
from kombify.cli.commands.init import init
from kombify.cli.commands.inventory import inventory
from kombify.cli.commands.jobs import cancel, jobs, logs
from kombify.cli.commands.plan import plan
from kombify.cli.commands.rebalance import rebalance
from kombify.cli.commands.restore import restore
from kombify.cli.commands.schema import schema
from kombify.cli.commands.serve import serve
from kombify.cli.commands.simulate import simulate
from kombify.cli.commands.up import up
from kombify.cli.commands.validate import validate
from kombify.cli.commands.why import why

SERVICE = "Run on a service"

COMMANDS: Mapping[str, Mapping[str, Callable[..., None]]] = {
    "Begin": {"init": init, "validate": validate, "plan": plan},
    "Run from here": {"up": up, "destroy": destroy, "jobs": jobs, "logs": logs, "cancel": cancel},
    SERVICE: {"serve": serve, "drift": drift, "backup": backup, "restore": restore},
    "Understand": {"explain": explain, "why": why, "graph": graph, "capacity": capacity},
    "Try out": {"demo": demo, "simulate": simulate, "rebalance": rebalance},
    "Hand over": {"inventory": inventory, "export": export, "docs": docs, "schema": schema},
}
