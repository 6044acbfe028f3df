"""A job that an AWX runs: its template is launched there, and what it writes there is written down here too."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx

from ansible_collections.kombify.stack.plugins.module_utils.drivers.secrets.read import Surroundings, read_secret
from kombify.runner.errors import RunnerError
from kombify.runner.events import Redactor
from kombify.runner.job import Job
from kombify.runner.request import AwxTarget, Request
from kombify.runner.transcript import Transcript
from kombify.runner.variables import VARIABLES, load_variables, templates_in

API = "/api/v2"
TIMEOUT = 30.0
"""Seconds for one request."""
PAGE = 200
ACTIVE = ("new", "pending", "waiting", "running")
FAILED = 2
"""Ansible's exit code when a host failed."""
MAKE_IT = "run the playbook kombify.stack.awx, which makes it as it has to be"


class AwxJob:
    """One job of an AWX, as the process of our job sees it."""

    def __init__(self, job: Job, request: Request, target: AwxTarget) -> None:
        self.complete = True
        self._request = request
        self._target = target
        self._job = job
        self._asked_to_end = False

    def interrupt(self) -> None:
        """Have it canceled there. It is over when AWX says so."""
        self._asked_to_end = True

    def run(self, _overdue: Callable[[], bool], look: float) -> int | None:
        """Launch it, follow it to its end, and return what Ansible's exit code would be.

        Raises :class:`RunnerError` when AWX does not run it as it was asked for. A network that is away is waited for.
        """
        wanted = _wanted(self._request, load_variables(self._job.folder / VARIABLES))
        token = read_secret(self._target.token, Surroundings(self._job.folder.parents[2]))
        transcript = Transcript(self._job, Redactor([token]))
        headers = {"Authorization": f"Bearer {token}"}
        try:
            with httpx.Client(
                base_url=self._target.url, headers=headers, verify=self._target.verify_tls, timeout=TIMEOUT
            ) as client:
                run = _Run(Controller(client, look), transcript, lambda: self._asked_to_end, look)
                return run.follow(run.launch(self._target.template, wanted))
        finally:
            transcript.close()


class Controller:
    """The API of an AWX. Requests that only read are tried until there is an answer."""

    def __init__(self, client: httpx.Client, pause: float) -> None:
        self._client = client
        self._pause = pause

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """Ask for something."""
        while True:
            try:
                answer = self._client.get(f"{API}/{path}", params=query)
            except httpx.TransportError:
                time.sleep(self._pause)
                continue
            if answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                return _read(answer)
            time.sleep(self._pause)

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Order something, once: nobody knows whether an order without an answer has arrived."""
        try:
            return _read(self._client.post(f"{API}/{path}", json=dict(body)))
        except httpx.TransportError as error:
            raise RunnerError(
                f"AWX did not answer: {error}", "look there whether it runs, before you try again"
            ) from None


class _Run:
    """A launch, and what follows from it."""

    def __init__(
        self, controller: Controller, transcript: Transcript, asked_to_end: Callable[[], bool], look: float
    ) -> None:
        self._controller = controller
        self._transcript = transcript
        self._asked_to_end = asked_to_end
        self._look = look
        self._stored = 0
        self._cancel_sent = False

    def launch(self, name: str, wanted: Mapping[str, Any]) -> int | None:
        """Launch a template as soon as nothing else runs on its inventory; None when it shall not begin any more."""
        found = self._controller.get("job_templates/", name=name)["results"]
        if len(found) != 1:
            raise RunnerError(f"AWX has no job template '{name}'", MAKE_IT)
        refused = [field for field in wanted if not found[0].get(_asks(field))]
        if refused:
            raise RunnerError(f"the job template '{name}' does not take {', '.join(refused)}", MAKE_IT)
        if not self._wait_for_others(found[0].get("inventory")):
            return None
        launched = self._controller.post(f"job_templates/{found[0]['id']}/launch/", wanted)
        number = int(launched["id"])
        self._say(f"AWX runs this as its job {number}, '{name}'")
        return number

    def follow(self, number: int | None) -> int | None:
        """Write down what a job writes until it has ended, and return the exit code."""
        if number is None:
            return None
        while True:
            job = self._controller.get(f"jobs/{number}/")
            over = job["status"] not in ACTIVE and job.get("event_processing_finished", True)
            self._store(number, all_there=over)
            if over:
                return self._code(job)
            if self._asked_to_end() and not self._cancel_sent:
                self._cancel_sent = self._cancel(number)
            time.sleep(self._look)

    def _wait_for_others(self, inventory: int | None) -> bool:
        """Wait until no job is active on an inventory, whoever launched it. False when ours shall end before."""
        told: set[int] = set()
        while not self._asked_to_end():
            jobs = self._controller.get("jobs/", order_by="-id", page_size=PAGE)["results"]
            active = [one for one in jobs if one["status"] in ACTIVE and one.get("inventory") == inventory]
            if not active:
                return True
            for one in active:
                if one["id"] not in told:
                    self._say(f"waiting for AWX's job {one['id']}, '{one['name']}'")
                    told.add(one["id"])
            time.sleep(self._look)
        return False

    def _cancel(self, number: int) -> bool:
        try:
            self._controller.post(f"jobs/{number}/cancel/", {})
        except RunnerError:  # it has ended meanwhile, or it is asked again
            return False
        return True

    def _store(self, number: int, *, all_there: bool) -> None:
        """Keep new events in their order. AWX may show a later one first, so a gap is waited for while it runs."""
        for event in self._events(number):
            if event["counter"] > self._stored + 1 and not all_there:
                return
            self._stored = event["counter"]
            self._transcript.begin(event)
            if event.get("stdout"):
                self._transcript.write(f"{event['stdout']}\n")
            self._transcript.end()

    def _events(self, number: int) -> Iterator[dict[str, Any]]:
        while True:
            query = {"counter__gt": self._stored, "order_by": "counter", "page_size": PAGE}
            before = self._stored
            results = self._controller.get(f"jobs/{number}/job_events/", **query)["results"]
            yield from results
            if len(results) < PAGE or self._stored == before:
                return

    @staticmethod
    def _code(job: Mapping[str, Any]) -> int | None:
        if job["status"] in ("successful", "failed"):
            return 0 if job["status"] == "successful" else FAILED
        if job["status"] == "canceled":
            return None
        raise RunnerError(
            f"AWX's job {job['id']} ended in '{job['status']}': {job.get('job_explanation') or 'no reason'}"
        )

    def _say(self, text: str) -> None:
        self._transcript.write(f"{text}\n")


def _wanted(request: Request, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return a request in AWX's words; what AWX could not do like we do is refused."""
    if request.secret:
        raise RunnerError("AWX does not take secrets of a launch", "give the template a credential in AWX")
    for name, value in variables.items():
        if any(templates_in(value, name)):
            raise RunnerError(f"AWX would take the variable '{name}' for a template", "leave the braces out")
    said = {
        "limit": request.limit,
        "job_tags": ",".join(request.tags),
        "job_type": "check" if request.check else "",
        "diff_mode": request.diff,
        "verbosity": request.verbosity,
        "extra_vars": dict(variables),
    }
    return {name: value for name, value in said.items() if value}


def _asks(field: str) -> str:
    words = {"job_tags": "tags", "extra_vars": "variables"}
    return f"ask_{words.get(field, field)}_on_launch"


def _read(answer: httpx.Response) -> dict[str, Any]:
    """Return what AWX answered, or raise what it refused."""
    if answer.is_success:
        return dict(answer.json()) if answer.content else {}
    hints: dict[int, str] = {
        httpx.codes.UNAUTHORIZED: "look at execution.awx.token of the spec",
        httpx.codes.FORBIDDEN: "give the token's owner the right to execute the templates",
    }
    raise RunnerError(f"AWX refused: {answer.status_code} {answer.text[:300]}", hints.get(answer.status_code, ""))
