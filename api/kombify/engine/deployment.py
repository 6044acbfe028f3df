"""A deployment as a workflow: what its phases are, and how it is planned, launched and applied.

All of its phases work with the stack's files as they were when it was launched: whoever edits them meanwhile changes
the next deployment and not this one.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import select

from ansible_collections.kombify import stack as collection
from ansible_collections.kombify.stack.plugins.module_utils.plan.stages import STAGES
from kombify.engine.errors import EngineError, NotFound, StalePlan
from kombify.engine.launching import Launched, Orders
from kombify.engine.requests import LAST, JobRequest, PhaseRequest, WorkflowRequest
from kombify.engine.snapshots import fix_placement, planned_files, take
from kombify.engine.stacks import Stacks, changed
from kombify.runner.status import State
from kombify.store.database import Database
from kombify.store.models import Job, Snapshot

STATES = {
    "proxmox": "preparing",
    "prepare": "preparing",
    "kubespray": "deploying",
    "cni": "deploying",
    "storage": "deploying",
    "infrastructure": "deploying",
    "pangolin": "configuring",
    "monitoring": "configuring",
    "backup": "configuring",
}
"""The state of a deployment while a stage runs."""
GOOD_END = "running"
"""The state of a deployment after which the stack runs as its spec says."""


class Deployments:
    """Plans and deployments of stacks, and looking for drift."""

    def __init__(self, database: Database, stacks: Stacks, orders: Orders) -> None:
        self._database = database
        self._stacks = stacks
        self._orders = orders

    def deploy(
        self, stack: str, *, prune: bool = False, by: str = "", key: str | None = None, labels: tuple[str, ...] = ()
    ) -> Launched:
        """Launch a deployment of a stack as its files are now."""
        known = self._known(by, key, stack, check=False, prune=prune)
        return known or self._deploy(stack, prune=prune, by=by, key=key, labels=labels)

    def plan(
        self, stack: str, *, prune: bool = False, by: str = "", key: str | None = None, labels: tuple[str, ...] = ()
    ) -> Launched:
        """Launch what tells what a deployment would change: all of it in check mode. ``apply`` does it then."""
        known = self._known(by, key, stack, check=True, prune=prune)
        if known is not None:
            return known
        snapshot = take(self._database, stack, planned_files(self._stacks.folder(stack)))
        request = plan_of(snapshot, prune=prune).model_copy(update={"labels": labels})
        return self._orders.launch(stack, request, by=by, key=key)

    def apply(self, plan_id: int, *, by: str = "") -> Launched:
        """Launch the deployment that was planned, once, whoever asks and however often.

        Raises :class:`StalePlan` when the stack's files are no longer those that the plan was made from.
        """
        plan = self._good_plan(plan_id)
        first = plan.artifacts.get("applied_by")
        prune = plan.request["prune"]
        if first is not None:
            known = self._known(first, _apply_key(plan_id), plan.stack, check=False, prune=prune)
            if known is not None:
                return known
        stale = self._changed_since(plan)
        if stale:
            raise StalePlan(stale)
        by = self._reserve(plan_id, by)
        return self._deploy(plan.stack, prune=prune, by=by, key=_apply_key(plan_id))

    def look_for_drift(
        self, stack: str, *, limit: tuple[str, ...] = (), by: str = "", key: str | None = None
    ) -> Launched:
        """Launch what finds out where the machines are not as the stack's files say."""
        request = JobRequest(playbook=_name("site"), title="drift", limit=limit, check=True, diff=True, purpose="drift")
        return self._orders.launch(stack, request, by=by, key=key)

    def changed_since(self, plan_id: int) -> list[str]:
        """Return the files that are not as they were when a plan was made."""
        with self._database.read() as session:
            plan = session.get_one(Job, plan_id)
            return self._changed_since(plan)

    def _deploy(self, stack: str, *, prune: bool, by: str, key: str | None, labels: tuple[str, ...] = ()) -> Launched:
        folder = self._stacks.folder(stack)
        fix_placement(folder)
        snapshot = take(self._database, stack, planned_files(folder))
        request = deployment_of(stack, snapshot, prune=prune).model_copy(update={"labels": labels})
        return self._orders.launch(stack, request, by=by, key=key)

    def _good_plan(self, plan_id: int) -> Job:
        """Return a plan that came to a good end."""
        with self._database.read() as session:
            plan = session.get(Job, plan_id)
        if plan is None or plan.kind != "workflow":
            raise NotFound(f"there is no workflow {plan_id}", "see: kombify workflow list")
        if not plan.request.get("check"):
            raise EngineError(f"workflow {plan_id} is no plan", "make one, and apply that")
        if plan.state != State.SUCCESSFUL:
            raise EngineError(f"plan {plan_id} is {plan.state}", "wait for its end, or plan again")
        return plan

    def _reserve(self, plan_id: int, by: str) -> str:
        """Write down who applies a plan, and return who came first: a launch is known by who asked for it."""
        with self._database.begin() as session:
            plan = session.get_one(Job, plan_id, with_for_update=True)
            first: str = plan.artifacts.get("applied_by", by)
            plan.artifacts = {**plan.artifacts, "applied_by": first}
        return first

    def _changed_since(self, plan: Job) -> list[str]:
        with self._database.read() as session:
            before = session.get_one(Snapshot, plan.request["snapshot"]).files
        return changed(before, planned_files(self._stacks.folder(plan.stack)))

    def _known(self, by: str, key: str | None, stack: str, **asked: bool) -> Launched | None:
        """Return the workflow that was launched with this key: files may have changed since, what was asked has not."""
        if key is None:
            return None
        with self._database.read() as session:
            same = (Job.launched_by == by, Job.launch_key == key, Job.stack == stack, Job.kind == "workflow")
            found = session.scalar(select(Job).where(*same))
        if found is None or any(found.request[name] != value for name, value in asked.items()):
            return None  # for something else the launch refuses the key
        return Launched(found.id, new=False)


def deployment_of(stack: str, snapshot: int, *, prune: bool) -> WorkflowRequest:
    """Return the deployment of a snapshot.

    Each stage is undone by itself, with the files of the last deployment that went well. What was not there at all
    before is taken away at the end of a rollback, which is the undo of taking stock.
    """
    phases = [_validating(snapshot), _taking_stock(stack, snapshot)]
    for stage in stages():
        job = _stage(stage, snapshot, prune=prune)
        undo = job.model_copy(update={"snapshot": LAST, "variables": {}})
        phases.append(PhaseRequest(name=stage, state=STATES[stage], job=job, undo=undo))
    verify = JobRequest(playbook=_name("site"), title="verify", tags=("verify",), snapshot=snapshot)
    phases.append(PhaseRequest(name="verify", state="health_check", job=verify))
    return WorkflowRequest(title="deployment", phases=tuple(phases), success=GOOD_END, snapshot=snapshot, prune=prune)


def plan_of(snapshot: int, *, prune: bool) -> WorkflowRequest:
    """Return what tells what the deployment of a snapshot would change.

    It is one run of all stages: each has to know what the ones before would have done.
    """
    job = JobRequest(
        playbook=_name("site"),
        title="plan",
        check=True,
        diff=True,
        purpose="plan",
        snapshot=snapshot,
        variables=_prune(prune),
    )
    phases = (_validating(snapshot), PhaseRequest(name="plan", state="planning", job=job))
    return WorkflowRequest(title="plan", phases=phases, snapshot=snapshot, prune=prune, check=True)


@cache
def stages() -> tuple[str, ...]:
    """Return the stages that there are playbooks for, in order."""
    folder = Path(next(iter(collection.__path__))) / "playbooks"
    return tuple(stage.name for stage in STAGES if (folder / f"{stage.name}.yml").exists())


def _validating(snapshot: int) -> PhaseRequest:
    job = JobRequest(playbook=_name("validate"), title="validate", snapshot=snapshot)
    return PhaseRequest(name="validate", state="validating", job=job)


def _taking_stock(stack: str, snapshot: int) -> PhaseRequest:
    """Return the phase that finds out what there is: what undoing everything would take away, were it done now."""
    job = JobRequest(
        playbook=_name("destroy"),
        title="take stock",
        check=True,
        snapshot=snapshot,
        variables={"kombify_destroy": stack},
    )
    undo = job.model_copy(update={"check": False, "title": "take away", "purpose": "take away"})
    return PhaseRequest(name="stock", state="preparing", job=job, undo=undo)


def _stage(stage: str, snapshot: int, *, prune: bool) -> JobRequest:
    variables = _prune(prune) if stage == "proxmox" else {}
    return JobRequest(playbook=_name(stage), title=stage, snapshot=snapshot, variables=variables)


def _prune(wanted: bool) -> dict[str, bool]:
    return {"proxmox_prune": True} if wanted else {}


def _name(playbook: str) -> str:
    return f"kombify.stack.{playbook}"


def _apply_key(plan_id: int) -> str:
    return f"apply:{plan_id}"
