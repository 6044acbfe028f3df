"""The unit with which systemd runs a service or a worker."""

from __future__ import annotations

import os
import pwd
import sys
from pathlib import Path

from kombify.server.settings import Settings

UNIT = """\
# Made by `kombify {command} --systemd`. Put it into /etc/systemd/system/{name}.service, then:
#   systemctl daemon-reload && systemctl enable --now {name}
[Unit]
Description=kombify {command}: jobs of stacks
Wants=network-online.target
After=network-online.target postgresql.service

[Service]
Type=notify
User={user}
ExecStart={program} {command}
WorkingDirectory={folder}
Environment="KOMBISTACK_DATA_DIR={data}" "KOMBISTACK_STACKS_DIR={stacks}"
# What is secret, such as KOMBISTACK_DATABASE_URL: a file of mode 0600. Jobs never see any KOMBISTACK_ variable.
EnvironmentFile=-/etc/kombify/environment
# 2 and 3 say that the configuration is wrong; 0 is the end of a drain.
Restart=on-failure
RestartSec=2
RestartPreventExitStatus=2 3
# Jobs outlive the service. As root they have units of their own; else they are in this one, and must not be killed
# with it. So: no KillMode=control-group or mixed, and no PrivateTmp, which would be emptied under them.
KillMode=process
TimeoutStartSec=120
TimeoutStopSec=60
TasksMax=infinity
UMask=0077
# Jobs inherit all of this; they reach machines over SSH, this one too. Only stacks that change this very machine with
# `ansible_connection: local` need NoNewPrivileges and RestrictSUIDSGID to be "no".
NoNewPrivileges=yes
RestrictSUIDSGID=yes
ProtectSystem=full
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
RestrictRealtime=yes
RestrictNamespaces=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
LockPersonality=yes
SystemCallArchitectures=native
{capabilities}
[Install]
WantedBy=multi-user.target
"""
NO_CAPABILITIES = "CapabilityBoundingSet=\n"


def text(command: str, settings: Settings) -> str:
    """Return the unit of ``serve`` or ``worker`` for who asks for it, with what is set now."""
    user = pwd.getpwuid(os.geteuid()).pw_name
    return UNIT.format(
        command=command,
        name="kombify" if command == "serve" else f"kombify-{command}",
        user=user,
        program=Path(sys.argv[0]).absolute(),
        folder=Path.cwd(),
        data=settings.data_dir.absolute(),
        stacks=settings.stacks_dir.absolute(),
        capabilities=NO_CAPABILITIES if os.geteuid() else "",
    )
