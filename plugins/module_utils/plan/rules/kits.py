# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K309, K310, K802: the kits that services name, their versions, and the parameters that are given to them."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import Catalogue
from ansible_collections.kombify.stack.plugins.module_utils.kits.model import Kit
from ansible_collections.kombify.stack.plugins.module_utils.kits.params import check_params
from ansible_collections.kombify.stack.plugins.module_utils.kits.versions import VersionRange
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.services import Service
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place, Problems, nearest

OUR_VERSION = "0.1.0"
"""The version of this collection, as galaxy.yml says it."""


def check_service_kits(spec: Spec, catalogue: Catalogue, problems: Problems) -> None:
    """K309: there is such a kit. Then K310, K802: it takes these parameters, this version, and us."""
    reported: set[str] = set()
    for name, service in spec.stack.services.items():
        if service.state == "absent":
            continue
        wanted = service.kit or name
        kit = catalogue.get(wanted)
        if kit is not None:
            _check_params(spec, name, service, kit, problems)
            _check_version(spec, name, service, kit, problems)
            _check_needs(spec, name, kit, problems)
        elif found := catalogue.problems(wanted):
            if wanted not in reported:
                problems.extend(found)
            reported.add(wanted)
        else:
            _unknown_kit(spec, name, service, catalogue, problems)


def _unknown_kit(spec: Spec, name: str, service: Service, catalogue: Catalogue, problems: Problems) -> None:
    """A name that the user chose is a mistake; a service that only has no kit of its name may get one later."""
    wanted = service.kit or name
    plain, _at, source = wanted.partition("@")
    close = nearest(plain, catalogue.names())
    searched = f"searched {', '.join(catalogue.sources)}: {len(catalogue.names())} kits"
    place = spec.place("services", name, "kit") if service.kit else spec.key_place("services", name)
    hint = f"did you mean '{close}'? {searched}" if close else f"add it to a catalogue; {searched}"
    if source and source not in catalogue.sources:
        hint = f"the catalogue has no source '{source}', only {', '.join(catalogue.sources)}"
    if service.kit or close:
        problems.error("K309", f"service '{name}': there is no kit '{wanted}'", place, hint)
        return
    if spec.complete:
        message = f"service '{name}' has no kit: it is planned with the figures of the spec, but cannot be deployed"
        problems.warning("K309", message, place, hint)


def _check_params(spec: Spec, name: str, service: Service, kit: Kit, problems: Problems) -> None:
    def place_of(param: str | None) -> Place:
        if param is None:
            return spec.key_place("services", name)
        return spec.key_place("services", name, "params", param)

    _values, found = check_params(kit, service.params, place_of)
    problems.extend(found)


def _check_version(spec: Spec, name: str, service: Service, kit: Kit, problems: Problems) -> None:
    if service.version is None:
        return
    place = spec.place("services", name, "version")
    try:
        wanted = VersionRange(service.version)
    except ValueError as error:
        problems.error("K205", f"service '{name}': {error}", place, 'write "1.4.0" or ">=1.4,<2"')
        return
    if not kit.matches(wanted):
        chart = f", chart {kit.chart_version}" if kit.chart_version else ""
        message = f"service '{name}' wants version {service.version} of kit '{kit.name}', which is not in the catalogue"
        problems.error("K309", message, place, f"source {kit.source_name} has {kit.version}{chart}")


def _check_needs(spec: Spec, name: str, kit: Kit, problems: Problems) -> None:
    needs = kit.needs_kombify
    if needs is not None and not needs.contains(OUR_VERSION):
        place = spec.key_place("services", name)
        message = f"kit '{kit.name}' {kit.version} needs kombify {needs}, this is {OUR_VERSION}"
        problems.error("K802", message, place, "update kombify.stack, or take an older version of the kit")
