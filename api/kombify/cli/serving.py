"""Running the service for a command: its settings, what it says when it is ready, and how it ends."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from kombify.cli.ending import Code, Refused, Stop
from kombify.cli.output import Output
from kombify.engine.errors import EngineError
from kombify.engine.stacks import find_stacks
from kombify.server.settings import Settings, SettingsError, load_settings
from kombify.store.errors import StoreError

log = logging.getLogger(__name__)


def settings(given: Mapping[str, Any]) -> Settings:
    """Return the settings; what is wrong with them ends the command, all of it at once."""
    _refuse_password(str(given.get("database_url", "")))
    try:
        return load_settings(**given)
    except SettingsError as error:
        others = _problems_here(error.understood) if error.understood else []
        raise _wrong([*error.problems, *others]) from None


def check(output: Output, wanted: Settings) -> None:
    """Say whether the service could be started like this."""
    from kombify.server.listening import url_of

    problems = _problems_here(wanted)
    if problems:
        raise _wrong(problems)
    output.show(
        "The configuration is right.",
        f"  listens on  {url_of(wanted)}",
        f"  stacks      {', '.join(find_stacks(wanted.stacks_dir).names())}",
        f"  data        {wanted.data_dir}",
    )


def serve(output: Output, wanted: Settings, *, log_format: str, renew_token: bool) -> None:
    """Run the service until it is told to stop."""
    problems = _problems_here(wanted)
    if problems:
        raise _wrong(problems)
    from kombify.server.listening import url_of
    from kombify.server.logs import for_programs, log_to, stderr
    from kombify.server.serve import serve as run
    from kombify.server.service import Service

    as_json = for_programs(stderr(), log_format)
    log_to(stderr(), wanted.log_level, as_json=as_json, color=output.stderr.color_system is not None)

    def ready(service: Service) -> None:
        token = wanted.admin_token if wanted.admin_token.exists() else None
        if as_json:
            known = {"url": url_of(wanted), "stacks": service.stacks.names(), "token_file": str(token or "")}
            log.info("ready", extra=known)
            return
        output.show(
            f"kombify listens on {url_of(wanted)}",
            f"  stacks  {', '.join(service.stacks.names())}",
            f"  token   in the file {token}" if token else "  token   one of yours; make a new one: --new-admin-token",
            "Launch something: kombify job launch --follow. Stop it: Ctrl-C; jobs go on.",
        )
        output.stdout.file.flush()

    try:
        run(wanted, renew_token=renew_token, ready=ready)
    except SettingsError as error:
        raise _wrong(error.problems) from None
    except (EngineError, StoreError) as error:
        raise Stop(str(error), error.hint) from None


def _problems_here(wanted: Settings) -> list[str]:
    from kombify.server.checks import find_problems
    from kombify.server.listening import listen

    problems = find_problems(wanted)
    try:
        listen(wanted).close()
    except SettingsError as error:
        problems += error.problems
    return problems


def _wrong(problems: Sequence[str]) -> Stop:
    listed = "\n  ".join(("the service cannot be started like this:", *problems))
    return Stop(listed, "Settings stand in kombistack.yaml, in the environment, or in the options.", code=Code.INVALID)


def _refuse_password(url: str) -> None:
    """Refuse a password on the command line: every user of this machine can read that."""
    try:
        password = make_url(url).password if url else None
    except ArgumentError:
        return
    if password:
        raise Refused(
            "--database-url holds a password, and everybody on this machine can read command lines",
            "set KOMBISTACK_DATABASE_URL, or database.url in kombistack.yaml",
        )
