# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service as its user starts it, on a stack whose machines are this computer, with a database that has seen much."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from kombify.store.database import Database
from kombify.store.migrate import migrate

API = "/v1/orchestrator"
MACHINES = 30
SPEC = f"""\
plugin: kombify.stack.kombination
apiVersion: kombify.stack/v1
name: home
defaults:
  node:
    vars: {{ansible_connection: local, ansible_python_interpreter: "{{{{ ansible_playbook_python }}}}"}}
nodes:
  box-[01:{MACHINES}]: {{address: "192.0.2.{{1+30}}"}}
"""
HELLO = """\
- name: Say hello
  hosts: box-01
  gather_facts: false
  tasks:
    - name: Say hello
      ansible.builtin.debug:
        msg: Hello
"""
MARK = """\
    - name: Say when
      ansible.builtin.debug:
        msg: "moment {{ now().timestamp() }}"
      run_once: true
"""
TASK = """\
    - name: Say a number
      ansible.builtin.debug:
        msg: "number {{ item | default('none') }}"
"""
BEGIN = "- name: {name}\n  hosts: {hosts}\n  gather_facts: false\n  tasks:\n"
PLAYBOOKS = {
    "hello": HELLO,
    "loop": BEGIN.format(name="A loop", hosts="box-01")
    + MARK
    + TASK
    + '      loop: "{{ range(0, 1000) | list }}"\n'
    + MARK,
    "many": BEGIN.format(name="Many machines", hosts="all") + MARK + TASK * 12 + MARK,
}
FILL_JOBS = """\
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {jobs})
INSERT INTO jobs ({columns}) SELECT {values} FROM n
"""
FILL_EVENTS = """\
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {each})
INSERT INTO events (job_id, counter, uuid, parent_uuid, event, host, play, task, role, changed, failed, start_line,
  end_line, stdout, created_at, data)
SELECT jobs.id, n.i, hex(randomblob(16)), hex(randomblob(16)), 'runner_on_ok', 'box-' || (n.i % 30), 'Prepare machines',
  'Install packages ' || n.i, 'prepare', n.i % 7 = 0, n.i % 50 = 0, n.i, n.i + 1, 'ok: [box-' || (n.i % 30) || ']',
  '2026-11-21T10:00:00+00:00',
  '{{"host": "box", "task": "Install packages", "res": {{"changed": false, "msg": "' || hex(randomblob(150)) || '"}}}}'
FROM jobs, n
"""


class Served:
    """The service, the folder of everything, and a client that keeps its connection."""

    def __init__(self, folder: Path) -> None:
        self.stack = folder / "home"
        (self.stack / "playbooks").mkdir(parents=True)
        (self.stack / "kombination.yaml").write_text(SPEC, encoding="utf-8")
        for name, text in PLAYBOOKS.items():
            (self.stack / "playbooks" / f"{name}.yml").write_text(text, encoding="utf-8")
        self.data = folder / "data"
        self.database = Database(f"sqlite:///{self.data / 'kombify.db'}")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=60)

    def fill(self, jobs: int, events: int) -> None:
        """Give the database a past."""
        migrate(self.database)
        request = '{"kind": "job", "playbook": "kombify.stack.site", "variables": {}, "secrets": {}}'
        moment = str(datetime.now(UTC).replace(tzinfo=None))
        values = {
            "id": "i",
            "kind": "'job'",
            "stack": "'stack-' || (i % 20)",
            "title": "'up'",
            "state": "CASE i % 10 WHEN 0 THEN 'failed' ELSE 'successful' END",
            "request": f"'{request}'",
            "launched_by": "'admin'",
            "created_at": f"'{moment}'",
            "started_at": f"'{moment}'",
            "ended_at": f"'{moment}'",
            "cancel_asked_by": "''",
            "code": "0",
            "message": "''",
            "events_stored": "1",
            "events_missing": "0",
            "artifacts": "'{}'",
            "enqueued": "1",
        }
        with self.database.engine.begin() as connection:
            known = {row[1] for row in connection.exec_driver_sql("PRAGMA table_info(jobs)")}
            unknown = {"origin": "'{}'"}
            values |= {name: value for name, value in unknown.items() if name in known}
            columns = ", ".join(values)
            connection.exec_driver_sql(FILL_JOBS.format(jobs=jobs, columns=columns, values=", ".join(values.values())))
            connection.exec_driver_sql(FILL_EVENTS.format(each=events // jobs))

    def start(self) -> float:
        """Start the service, and return after how many seconds it was ready for jobs."""
        begin = time.perf_counter()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KOMBISTACK_")}
        self._process = subprocess.Popen(
            [Path(sys.executable).with_name("kombify"), "serve"],
            cwd=self.stack,
            env={
                **environment,
                "KOMBISTACK_PORT": str(self.port),
                "KOMBISTACK_DATA_DIR": str(self.data),
                "KOMBISTACK_RATE_LIMIT": "0",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        while not self._is_ready():
            if self._process.poll() is not None:
                raise SystemExit("the service did not start")
            time.sleep(0.01)
        took = time.perf_counter() - begin
        self._client.headers["Authorization"] = f"Bearer {(self.data / 'admin.token').read_text().strip()}"
        return took

    def kill(self) -> None:
        """Kill the service."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End the service."""
        self._end(signal.SIGTERM)
        self._client.close()
        self.database.close()

    def get(self, path: str) -> Any:
        """Ask for something."""
        answer = self._client.get(path)
        if answer.status_code != httpx.codes.OK:
            raise SystemExit(f"GET {path}: {answer.status_code} {answer.text[:500]}")
        return answer.json()

    def launch(self, playbook: str) -> int:
        """Launch a job."""
        answer = self._client.post(f"{API}/jobs", json={"playbook": playbook})
        if answer.status_code != httpx.codes.ACCEPTED:
            raise SystemExit(f"POST jobs: {answer.status_code} {answer.text[:500]}")
        return int(answer.json()["id"])

    def wait(self, job_id: int) -> None:
        """Follow a job until it has ended."""
        with self._client.stream("GET", f"{API}/jobs/{job_id}/stream") as stream:
            if not any(line == "event: end" for line in stream.iter_lines()):
                raise SystemExit(f"the stream of job {job_id} broke off")

    def events(self, job_id: int, kind: str = "") -> list[dict[str, Any]]:
        """Return the first events of a job."""
        asked = f"&event={kind}" if kind else ""
        return list(self.get(f"{API}/jobs/{job_id}/events?limit=200{asked}")["items"])

    def memory(self) -> float:
        """Return the resident memory of the service in MB."""
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="utf-8")
        return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024

    def _is_ready(self) -> bool:
        try:
            return self._client.get("/readyz").status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
