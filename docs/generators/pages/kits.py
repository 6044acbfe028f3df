# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kits that come with the collection, in one table."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import BUILTIN, Catalogue
from ansible_collections.kombify.stack.plugins.module_utils.kits.index import entry_of
from ansible_collections.kombify.stack.plugins.module_utils.kits.model import Kit
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import format_cpu, format_size
from pages.markdown import code, page, table

INTRODUCTION = """\
A kit describes one application, with the memory and the processor that one instance asks for. Write its name under
`services` to have it. What is called by the name of the kit needs nothing more:

```yaml
services:
  vaultwarden:
```

Requests are what the plan reserves; where the figures come from is said in each kit. Requirements in brackets are
optional, or the kit brings its own."""
HEADS = ("Kit", "Application", "Licence", "Memory", "CPU", "Volumes", "Requires", "Provides", "Runs on")


def kits_page() -> str:
    """Return the page."""
    catalogue = Catalogue({"builtin": BUILTIN})
    kits = [kit for name in catalogue.names() if (kit := catalogue.get(name))]
    return page("# Kits", INTRODUCTION, f"There are {len(kits)}.", table(HEADS, map(_row, kits)))


def _row(kit: Kit) -> tuple[str, ...]:
    requires = dict.fromkeys(
        one.type if one.mandatory else f"({one.type})" for one in kit.requires.values() if one.type != "route"
    )
    return (
        f"[{kit.name}](../../stackkits/{kit.name}/README.md) {kit.version}",
        f"{kit.title} {kit.app_version}",
        kit.licence,
        format_size(kit.resources.memory.request),
        str(format_cpu(kit.resources.cpu.request)),
        ", ".join(f"{name} {format_size(volume.size)}" for name, volume in kit.volumes.items()),
        ", ".join(requires),
        ", ".join(one.type for one in kit.provides),
        ", ".join(code(target) for target in entry_of(kit)["targets"]),
    )
