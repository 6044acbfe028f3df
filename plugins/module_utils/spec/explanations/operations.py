# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K6: the order of services. K7: running them safely."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.spec.explanations.code import Code
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Severity

ORDER = (
    Code(
        code="K601",
        title="Services need each other in a circle",
        explanation=(
            "needs means that a service must run before another one. In a circle each waits for the next, so none "
            "could ever be the first to start."
        ),
        remedy='Remove one of the needs. What is only wanted at run time belongs under "uses", which does not wait.',
        wrong="""
            services:
              vault: {needs: [consul]}
              consul: {needs: [vault]}
            """,
        right="""
            services:
              vault: {needs: [consul]}
              consul: {uses: [vault]}
            """,
    ),
    Code(
        code="K602",
        title="A service needs one that it cannot reach",
        explanation="The two services run at different sites, and no link connects these sites.",
        remedy="Add a link with both sites as members, or move one of the services.",
        wrong="""
            sites: {hq: , dr: }
            nodes:
              hq-1: {site: hq, address: 10.0.0.1}
              dr-1: {site: dr, address: 10.1.0.1}
            services:
              postgresql: {runs_on: dr-1}
              portal: {runs_on: hq-1, needs: postgresql}
            """,
        right="""
            sites: {hq: , dr: }
            links:
              mesh: {type: wireguard, server: hq-1, cidr: 10.99.0.0/24, members: ["site:hq", "site:dr"]}
            nodes:
              hq-1: {site: hq, address: 10.0.0.1}
              dr-1: {site: dr, address: 10.1.0.1}
            services:
              postgresql: {runs_on: dr-1}
              portal: {runs_on: hq-1, needs: postgresql}
            """,
    ),
    Code(
        code="K603",
        title="A service needs one that will not run",
        explanation="The service that is needed has state: stopped or state: absent, so the other could never start.",
        remedy="Let it run, or remove it from needs.",
        wrong="""
            services:
              postgresql: {state: stopped}
              portal: {needs: postgresql}
            """,
        right="""
            services:
              postgresql: {state: running}
              portal: {needs: postgresql}
            """,
    ),
    Code(
        code="K604",
        severity=Severity.WARNING,
        title="A service that others need is removed",
        explanation="The plan would remove a service while others that are still running depend on it.",
        remedy="Remove or change the others first; the message names them.",
        wrong="""
            services:
              # postgresql was here and is still needed by portal
              portal: {database: postgresql}
            """,
        right="""
            services:
              postgresql:
              portal: {database: postgresql}
            """,
    ),
)
OPERATIONS = (
    Code(
        code="K701",
        severity=Severity.WARNING,
        policy=True,
        title="A service with data has no backup",
        explanation=(
            "The kit says that the service keeps data which cannot be made again, and no backup policy covers it."
        ),
        remedy="Add it to a policy, or write backup: false if its data may be lost.",
        wrong="""
            services:
              nextcloud: {storage: 100Gi}
            """,
        right="""
            services:
              nextcloud: {storage: 100Gi}
            backups:
              target: sftp:backup@192.168.1.20:/srv/backup
              schedule: daily 02:30
              keep: {daily: 7}
            """,
    ),
    Code(
        code="K702",
        severity=Severity.WARNING,
        policy=True,
        title="A backup shares the fate of what it protects",
        explanation=(
            "The backup is stored on the same disk, node, hypervisor or site as the data. Whatever destroys one "
            "destroys the other."
        ),
        remedy="Choose a target that stands elsewhere.",
        wrong="""
            nodes:
              nas: {address: 192.168.1.10, site: home}
            sites: {home: }
            services:
              nextcloud: {runs_on: nas}
            backups:
              target: sftp:backup@nas:/srv/backup
              schedule: daily 02:30
              keep: {daily: 7}
            """,
        right="""
            nodes:
              nas: {address: 192.168.1.10, site: home}
            sites: {home: }
            services:
              nextcloud: {runs_on: nas}
            backups:
              target: sftp:backup@storage.example.net:/srv/backup
              schedule: daily 02:30
              keep: {daily: 7}
            """,
    ),
    Code(
        code="K703",
        severity=Severity.WARNING,
        title="A backup that was never restored",
        explanation=(
            "No drill has restored from this policy within 90 days. A backup is known to work only when it was read."
        ),
        remedy="Run the drill, or let it run by itself with drill: monthly.",
        wrong="""
            backups:
              targets: {remote: {type: restic, url: "sftp:backup@storage.example.net:/srv/backup"}}
              policies:
                all: {schedule: daily 02:30, keep: {daily: 7}, target: remote}
            """,
        right="""
            backups:
              targets: {remote: {type: restic, url: "sftp:backup@storage.example.net:/srv/backup"}}
              policies:
                all: {schedule: daily 02:30, keep: {daily: 7}, target: remote, drill: monthly}
            """,
    ),
    Code(
        code="K704",
        severity=Severity.WARNING,
        title="Two heavy jobs at the same time",
        explanation="Two backup policies start at the same time on the same target and slow each other down.",
        remedy="Choose another time for one of them, or give it a jitter.",
        wrong="""
            backups:
              targets: {remote: {type: restic, url: "sftp:backup@storage.example.net:/srv/backup"}}
              policies:
                files: {schedule: daily 02:30, keep: {daily: 7}, target: remote}
                databases: {engine: dump, schedule: daily 02:30, keep: {daily: 7}, target: remote}
            """,
        right="""
            backups:
              targets: {remote: {type: restic, url: "sftp:backup@storage.example.net:/srv/backup"}}
              policies:
                files: {schedule: daily 02:30, keep: {daily: 7}, target: remote}
                databases: {engine: dump, schedule: daily 01:30, keep: {daily: 7}, target: remote}
            """,
    ),
    Code(
        code="K710",
        severity=Severity.NOTE,
        title="A single control plane",
        explanation=(
            "The cluster has one control plane node. While it is down, running services go on, but nothing can be "
            "started or changed. For a small stack that may be just right."
        ),
        remedy="For more safety use three control plane nodes.",
        wrong="""
            nodes: {cp-1: 10.0.0.11, worker-1: 10.0.0.21}
            clusters:
              k8s: {version: 1.35.1, control_plane: cp-1, workers: worker-1}
            """,
        right="""
            nodes: {"cp-[1:3]": "10.0.0.{1+10}", worker-1: 10.0.0.21}
            clusters:
              k8s: {version: 1.35.1, control_plane: "cp-*", workers: worker-1}
            """,
    ),
    Code(
        code="K711",
        severity=Severity.NOTE,
        title="A single hypervisor",
        explanation=(
            "All virtual machines run on one host, so they fail together. For a small stack that may be just right."
        ),
        remedy="For more safety spread them over several hypervisors.",
        wrong="""
            nodes:
              pve: {type: hypervisor, address: 10.0.0.2}
              vm-[1:3]: {runs_on: pve, address: "10.0.0.{1+10}"}
            """,
        right="""
            nodes:
              pve-[1:3]: {type: hypervisor, address: "10.0.0.{1+1}"}
              vm-[1:3]: {runs_on: "pve-*", address: "10.0.0.{1+10}", placement: {spread: host}}
            """,
    ),
    Code(
        code="K720",
        severity=Severity.WARNING,
        policy=True,
        title="A rendered object breaks the security or compliance policy",
        explanation=(
            "policies.security and policies.compliance say what every Kubernetes object must have: a security "
            "context, a NetworkPolicy, probes, a PodDisruptionBudget. This object lacks one."
        ),
        remedy="Add the field that is named to the values of the service, or relax the policy with a reason.",
        wrong="""
            policies: {security: {run_as_non_root: true}}
            services:
              portal: {values: {securityContext: {runAsNonRoot: false}}}
            """,
        right="""
            policies: {security: {run_as_non_root: true}}
            services:
              portal: {values: {securityContext: {runAsNonRoot: true}}}
            """,
    ),
    Code(
        code="K730",
        title="A remediation without a limit",
        explanation=(
            "Restarting, power-cycling, draining and similar actions disturb. Without a limit an alert that keeps "
            "firing would repeat them for ever."
        ),
        remedy="Add a limit, such as limit: 1 per 30m.",
        wrong="""
            monitoring: {alerts: {NodeDown: {expr: "up == 0"}}}
            remediation:
              node-down: {when: {alert: NodeDown}, do: power-cycle}
            """,
        right="""
            monitoring: {alerts: {NodeDown: {expr: "up == 0"}}}
            remediation:
              node-down: {when: {alert: NodeDown}, do: power-cycle, limit: 1 per 30m}
            """,
    ),
    Code(
        code="K731",
        title="A remediation for an alert that does not exist",
        explanation=(
            "when.alert names an entry of monitoring.alerts, and there is none of this name, so it would never run."
        ),
        remedy="Correct the name, or add the alert.",
        wrong="""
            monitoring: {alerts: {NodeDown: {expr: "up == 0"}}}
            remediation:
              node-down: {when: {alert: NodeDwn}, do: notify}
            """,
        right="""
            monitoring: {alerts: {NodeDown: {expr: "up == 0"}}}
            remediation:
              node-down: {when: {alert: NodeDown}, do: notify}
            """,
    ),
)
