"""What the service can be told: by ``kombistack.yaml``, by the environment (``KOMBISTACK_PORT``), by the command."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import did_you_mean

PREFIX = "KOMBISTACK_"
FILE = Path("kombistack.yaml")
OF_THE_COMMAND = {f"{PREFIX}URL", f"{PREFIX}TOKEN"}
"""What commands that talk to a service read from the environment."""


def _split(value: Any) -> Any:
    return tuple(one.strip() for one in value.split(",") if one.strip()) if isinstance(value, str) else value


Port = Annotated[int, Field(ge=1, le=65535)]
Texts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""Several texts; in the environment with commas between them."""
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,63}$")]


class SettingsError(Exception):
    """The service cannot be started like this; ``problems`` says all that is wrong, a line each."""

    def __init__(self, problems: list[str], understood: Settings | None = None) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems
        self.understood = understood
        """The settings without what is unknown, if the rest makes sense."""


def _setting(key: str, default: Any, meaning: str) -> Any:
    """Return a setting: its key in the file, what it is when nobody sets it, and what it means."""
    return Field(default, description=meaning, json_schema_extra={"key": key})


def wrong(name: str, message: str) -> str:
    """Return what is wrong with a setting, with its key in the file and its name in the environment."""
    key = next((key for key, known in Settings.keys().items() if known == name), name)
    return f"{key} ({PREFIX}{name.upper()}): {message}"


def own_name() -> str:
    """Return the name of this machine, as that of a worker."""
    return re.sub(r"[^A-Za-z0-9_.-]", "-", socket.gethostname())[:63] or "local"


class Settings(BaseSettings):
    """All settings. Each has a name in the environment, and a key in the file."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    host: str = _setting("server.host", "127.0.0.1", "address to listen on")
    port: Port = _setting("server.port", 5260, "port to listen on")
    grpc_port: Port = _setting("server.grpc_port", 5263, "port for agents")
    data_dir: Path = _setting("data_dir", Path("data"), "folder of the service's own files")
    stacks_dir: Path = _setting("stacks_dir", Path(), "folder of the stack, or of folders with a stack each")
    database_url: SecretStr = _setting("database.url", SecretStr(""), "postgresql://… for several machines")
    database_path: Path | None = _setting("database.path", None, "SQLite file; DATA_DIR/kombify.db if not set")
    worker: Name = _setting("worker.name", own_name(), "name of this worker; it has to stay the same")
    jobs_at_once: Annotated[int, Field(ge=0, le=256)] = _setting(
        "worker.jobs_at_once", 16, "jobs of different stacks that run side by side; 0 leaves them to other workers"
    )
    log_level: Literal["debug", "info", "warning", "error"] = _setting("log.level", "info", "what is logged")
    dev_mode: bool = _setting("dev_mode", False, "more words in errors, for those who work on kombify.stack")
    cert_dir: Path | None = _setting("auth.cert_dir", None, "folder of certificates; DATA_DIR/certs if not set")
    tls_cert: Path | None = _setting("server.tls_cert", None, "certificate for HTTPS")
    tls_key: Path | None = _setting("server.tls_key", None, "key of that certificate")
    rate_limit: str = _setting("server.rate_limit", "100/minute", "requests of one address; 0 for no limit")
    trusted_proxies: Texts = _setting(
        "server.trusted_proxies", (), "addresses of proxies whose X-Forwarded-For is believed"
    )
    cors_origins: Texts = _setting("server.cors_origins", (), "origins of other sites that may call the API")
    body_limit: Annotated[int, Field(ge=1024, le=2**30)] = _setting("server.body_limit", 2**20, "bytes of one request")
    gateway_issuer: str = _setting(
        "auth.gateway.issuer", "", "issuer of the gateway's tokens; nothing switches them off"
    )
    gateway_audience: str = _setting("auth.gateway.audience", "kombify", "audience of the gateway's tokens")
    gateway_jwks: str = _setting("auth.gateway.jwks", "", "URL or file of the gateway's public keys")
    gateway_roles_claim: str = _setting("auth.gateway.roles_claim", "roles", "claim that lists viewer, operator, admin")
    gateway_services: Texts = _setting(
        "auth.gateway.services", (), "subjects of the gateway itself, which may make internal requests"
    )
    internal_api: bool = _setting("auth.gateway.internal_api", False, "answer the gateway's internal requests")

    @model_validator(mode="after")
    def _make_sense(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key belong together")
        if self.database_url.get_secret_value() and self.database_path:
            raise ValueError("set database_url or database_path, not both")
        if self.gateway_issuer and not self.gateway_jwks:
            raise ValueError("gateway_issuer needs gateway_jwks")
        return self

    @property
    def url_of_database(self) -> str:
        """The database to use. It may hold a password."""
        path = self.database_path or self.data_dir / "kombify.db"
        return self.database_url.get_secret_value() or f"sqlite:///{path.absolute()}"

    @property
    def certificates(self) -> Path:
        """The folder of certificates."""
        return self.cert_dir or self.data_dir / "certs"

    @property
    def admin_token(self) -> Path:
        """The file of the token that the first start makes."""
        return self.data_dir / "admin.token"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let what is given win over the environment (see :func:`load_settings`)."""
        return init_settings, env_settings

    @classmethod
    def keys(cls) -> dict[str, str]:
        """Return the setting's name for each key of the file."""
        extras = {name: field.json_schema_extra for name, field in cls.model_fields.items()}
        return {str(extra["key"]): name for name, extra in extras.items() if isinstance(extra, dict)}


def load_settings(file: Path | None = None, /, **given: Any) -> Settings:
    """Read the file, the environment, and what the command was given, which wins.

    Without a file, ``kombistack.yaml`` of the working folder is read if there is one. Raises :class:`SettingsError`
    with everything that is wrong.
    """
    from_file, problems = _read(file or FILE, needed=file is not None)
    problems += _unknown_variables()
    set_here = {name.upper() for name in os.environ}
    below = {name: value for name, value in from_file.items() if f"{PREFIX}{name.upper()}" not in set_here}
    try:
        settings = Settings(**{**below, **given})
    except ValidationError as error:
        problems += [_line_of(one) for one in error.errors()]
        raise SettingsError(problems) from None
    if problems:
        raise SettingsError(problems, settings)
    return settings


def _read(file: Path, *, needed: bool) -> tuple[dict[str, Any], list[str]]:
    if not file.exists():
        return {}, [f"there is no {file}"] if needed else []
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        return {}, [f"{file} cannot be read: {' '.join(str(error).split())}"]
    if not isinstance(data, Mapping):
        return {}, [f"{file} has to hold keys and values"] if data is not None else []
    known = Settings.keys()
    flat = dict(_flat(data, known))
    unknown = [
        f"{file}: there is no setting '{key}'. {did_you_mean(key, known, '')}".strip()
        for key in flat
        if key not in known
    ]
    return {known[key]: value for key, value in flat.items() if key in known}, unknown


def _flat(data: Mapping[Any, Any], known: Mapping[str, str], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in data.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping) and key not in known:
            yield from _flat(value, known, f"{key}.")
        else:
            yield key, value


def _unknown_variables() -> list[str]:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    strange = [name for name in os.environ if name.startswith(PREFIX) and name not in known | OF_THE_COMMAND]
    return [
        f"{name}: there is no setting for this variable. {did_you_mean(name, known, '')}".strip()
        for name in sorted(strange)
    ]


def _line_of(error: Any) -> str:
    message = str(error["msg"]).removeprefix("Value error, ")
    if not error["loc"]:
        return message
    return wrong(str(error["loc"][0]), message)
