"""Running a worker for a command, and waiting for one."""

from __future__ import annotations

import logging
import signal
import threading
import time

from kombify.cli.ending import Refused, Stop
from kombify.cli.output import Output
from kombify.engine.engine import Engine
from kombify.engine.errors import EngineError
from kombify.engine.settings import EngineSettings
from kombify.engine.stacks import find_stacks
from kombify.engine.workers import GONE, list_all
from kombify.runner.units import tell_systemd
from kombify.server.settings import Settings
from kombify.store.database import Database
from kombify.store.errors import StoreError

LOOK = 0.5
"""Seconds between two looks."""

log = logging.getLogger(__name__)


def work(output: Output, wanted: Settings, *, log_format: str) -> None:
    """Run jobs until SIGTERM or SIGINT, or until an operator has drained this worker."""
    from kombify.server.logs import for_programs, log_to, stderr

    database = Database(wanted.url_of_database)
    if database.is_sqlite:
        raise Refused(
            "a worker of its own needs a PostgreSQL database: SQLite is for one machine, whose service runs its jobs",
            "set KOMBISTACK_DATABASE_URL here and for the service; kombify backup and restore move what is there",
        )
    stacks = find_stacks(wanted.stacks_dir)
    if not stacks.names():
        raise Stop(f"there is no stack in {wanted.stacks_dir.absolute()}", "copy them here, or say --stacks DIR")
    as_json = for_programs(stderr(), log_format)
    log_to(stderr(), wanted.log_level, as_json=as_json, color=output.stderr.color_system is not None)
    settings = EngineSettings(
        data=wanted.data_dir.absolute(), worker=wanted.worker, at_once=max(wanted.jobs_at_once, 1)
    )
    asked = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked.set())
    engine = Engine(database, stacks, settings)
    try:
        engine.start()
    except (EngineError, StoreError) as error:
        raise Stop(str(error), error.hint) from None
    log.info("worker %s takes jobs of %s", settings.worker, ", ".join(stacks.names()))
    tell_systemd("READY=1")
    while not (asked.wait(LOOK) or engine.drained.is_set()):
        pass
    tell_systemd("STOPPING=1")
    engine.stop()
    database.close()
    if engine.drained.is_set():
        log.info("drained: start it again after kombify worker undrain %s", settings.worker)


def wait_for_drain(database: Database, worker: str) -> str:
    """Wait until a worker has drained, or is not there any more, and return its state."""
    while True:
        state = next((one.state for one in list_all(database) if one.id == worker), "forgotten")
        if state in (*GONE, "forgotten"):
            return state
        time.sleep(LOOK)
