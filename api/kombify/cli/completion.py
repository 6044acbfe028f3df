"""Names that a shell offers. Only the spec here is read, without checks; a broken one offers nothing."""

from __future__ import annotations

from pathlib import Path


def services(incomplete: str) -> list[str]:
    """Return the services whose name begins like this."""
    return _names("services", incomplete)


def nodes(incomplete: str) -> list[str]:
    """Return the nodes whose name begins like this."""
    return _names("nodes", incomplete)


def services_and_codes(incomplete: str) -> list[str]:
    """Return the services and, once a K is typed, the codes of problems."""
    if incomplete.startswith("K"):
        from ansible_collections.kombify.stack.plugins.module_utils.spec.codes import CODES

        return sorted(code for code in CODES if code.startswith(incomplete))
    return services(incomplete)


def _names(section: str, incomplete: str) -> list[str]:
    from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import find_spec
    from ansible_collections.kombify.stack.plugins.module_utils.spec.load import load_spec

    return [name for name in load_spec(find_spec(Path())).entries[section] if name.startswith(incomplete)]
