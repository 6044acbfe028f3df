"""Kill everything that can be killed while jobs run on real machines, and show that nothing was lost.

``python tests/torture --kills 100 --seed 7``: needs root, and all that ``kombify sim doctor`` asks for.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from client import Client
from home import Home, machines
from kills import Killer, Server
from rich.console import Console
from rich.table import Table
from service import ServiceProcess
from verdict import Verdict, judge

from kombify.store.database import Database

sys.path.append(str(Path(__file__).parents[1]))
from conftest import PostgresServer, postgres_programs

CANCELS = 0.1
PAUSES = (0.2, 1.4)
"""Seconds between two kills, at least and at most."""
LONG = 600
"""Seconds after which the rest of the jobs should have ended."""


def main() -> int:
    """Torture each database in turn, and return 1 when anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100, help="how many, over all databases")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6), help="the same kills again")
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    asked = parser.parse_args()
    databases = ["sqlite", "postgresql"] if asked.database == "both" else [asked.database]
    print(f"seed {asked.seed}", flush=True)
    verdicts = []
    with tempfile.TemporaryDirectory(prefix="kombify-torture-") as folder:
        os.environ["KOMBIFY_LABS"] = str(Path(folder) / "labs")
        with machines() as lab:
            for database in databases:
                home = Home(lab, Path(folder) / database)
                verdicts.append(torture(home, database, -(-asked.kills // len(databases)), asked.seed))
    return 0 if all(verdict.good for verdict in verdicts) else 1


def torture(home: Home, kind: str, kills: int, seed: int) -> Verdict:
    """Kill so many times while jobs run, wait until all have ended, and judge."""
    home.build()
    with databases(kind, home.folder) as (url, server):
        database = Database(url)
        service = ServiceProcess(database, url, home.folder)
        client = Client(service, random.Random(seed), CANCELS)
        name = url.split("/")[3].split("?")[0]
        killer = Killer(home, service, random.Random(seed + 1), server, name)
        began = time.monotonic()
        try:
            service.start()
            client.start()
            while killer.kills.total() < kills:
                time.sleep(killer.chance.uniform(*PAUSES))
                killer.strike()
            client.stop()
            until = time.monotonic() + LONG
            while client.unfinished() and time.monotonic() < until:
                time.sleep(0.5)
            seconds = time.monotonic() - began
            service.stop()
            verdict = judge(database, client.answers, home.trace(), killer.hit, client.canceled)
            verdict.note("answers that were mistakes", client.faults)
        finally:
            service.stop()
            home.clear()
            database.close()
    show(kind, client, killer, service, verdict, seconds)
    if not verdict.good:
        kept = Path(tempfile.mkdtemp(prefix=f"kombify-torture-{kind}-"))
        shutil.copytree(home.folder, kept, dirs_exist_ok=True, ignore=shutil.ignore_patterns("postgres"))
        print(f"everything is kept in {kept}")
    return verdict


@contextmanager
def databases(kind: str, folder: Path) -> Iterator[tuple[str, Server | None]]:
    """Make a database of a kind."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'data' / 'kombify.db'}", None
        return
    server = PostgresServer(postgres_programs())
    try:
        yield server.new_database(), server
    finally:
        server.stop()
        shutil.rmtree(server.folder)


def show(kind: str, client: Client, killer: Killer, service: ServiceProcess, verdict: Verdict, seconds: float) -> None:
    """Print what was done, and how it ended."""
    table = Table(title=f"{kind}: {killer.kills.total()} kills in {seconds:.0f} s", title_justify="left")
    table.add_column("what")
    table.add_column("count", justify="right")
    for name, number in sorted(killer.kills.items()):
        table.add_row(f"killed: {name}", str(number))
    table.add_section()
    table.add_row("starts of the service", str(service.starts))
    table.add_row("requests, and those of which nobody heard again", f"{client.requests}, {client.unread}")
    table.add_row("launches", str(len(client.answers)))
    for state, number in sorted(verdict.states.items()):
        table.add_row(f"ended {state}", str(number))
    table.add_row("events", str(verdict.events))
    table.add_row("lines that plays wrote on the machines", str(verdict.lines))
    table.add_section()
    for name, number in verdict.counts.items():
        table.add_row(name, str(number), style="bold red" if number else "")
    console = Console(width=100)
    console.print(table)
    for line in verdict.details:
        console.print(line, markup=False)


if __name__ == "__main__":
    sys.exit(main())
