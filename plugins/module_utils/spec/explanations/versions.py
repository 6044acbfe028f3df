# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K8: versions. K9: secrets and changes."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.spec.explanations.code import Code
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Severity

VERSIONS = (
    Code(
        code="K801",
        severity=Severity.WARNING,
        policy=True,
        title="An open version range",
        explanation=(
            "A version such as >=1.0.0 means another one every month. The version that was chosen is kept in "
            "kombination.lock, so the next run repeats it, but the spec does not show which it is."
        ),
        remedy="Write the locked version, or give the range an upper end.",
        wrong="""
            services:
              gitlab: {version: ">=8.0.0"}
            """,
        right="""
            services:
              gitlab: {version: 8.4.1}
            """,
    ),
    Code(
        code="K802",
        title="A kit needs a newer version",
        explanation="The kit needs a newer kombify or a newer Kubernetes than there is.",
        remedy="Upgrade what is named, or choose an older version of the kit.",
        wrong="""
            nodes: {cp-1: 10.0.0.11}
            clusters: {k8s: {version: 1.28.5, control_plane: cp-1}}
            services:
              portal: {runs_on: k8s, version: 5.0.0}   # this kit needs Kubernetes 1.30
            """,
        right="""
            nodes: {cp-1: 10.0.0.11}
            clusters: {k8s: {version: 1.35.1, control_plane: cp-1}}
            services:
              portal: {runs_on: k8s, version: 5.0.0}
            """,
    ),
    Code(
        code="K803",
        title="No release of kubespray has these versions together",
        explanation=(
            "Each release of kubespray installs certain versions of Kubernetes and of the network plugin. There is "
            "none that ships both of these."
        ),
        remedy="Take the nearest working set, which is named.",
        wrong="""
            nodes: {cp-1: 10.0.0.11}
            clusters:
              k8s: {version: 1.35.1, control_plane: cp-1, cni: {calico: 3.28.0}}
            """,
        right="""
            nodes: {cp-1: 10.0.0.11}
            clusters:
              k8s: {version: 1.35.1, control_plane: cp-1, cni: {calico: 3.30.5}}
            """,
    ),
    Code(
        code="K804",
        title="A shared database cannot serve this service",
        explanation=(
            "The database that several services share has another version than this service needs, or lacks an "
            "extension."
        ),
        remedy="Give the service a database of its own with share: none, or choose another image for the shared one.",
        wrong="""
            databases: {postgresql: {share: stack, version: "16"}}
            services:
              postgresql:
              immich: {database: postgresql}
            """,
        right="""
            databases: {postgresql: {share: stack, version: "16"}}
            services:
              postgresql:
              immich: {database: {engine: postgresql, share: none}}
            """,
    ),
    Code(
        code="K805",
        title="No image for the architecture of the node",
        explanation="The kit has no container image for the processor of the node it shall run on.",
        remedy="Run it on one of the nodes that are named.",
        wrong="""
            nodes:
              pi: {address: 10.0.0.5, arch: arm64}
              mini: {address: 10.0.0.11, arch: amd64}
            services:
              teamcity: {runs_on: pi}
            """,
        right="""
            nodes:
              pi: {address: 10.0.0.5, arch: arm64}
              mini: {address: 10.0.0.11, arch: amd64}
            services:
              teamcity: {runs_on: mini}
            """,
    ),
    Code(
        code="K806",
        title="An upgrade skips a version",
        explanation="The application can be upgraded only one major version at a time, because each converts its data.",
        remedy="Go to the intermediate version that is named first.",
        wrong="""
            services:
              nextcloud: {app_version: "30.0.4"}   # 28.0.9 is installed
            """,
        right="""
            services:
              nextcloud: {app_version: "29.0.10"}   # then 30.0.4
            """,
    ),
    Code(
        code="K810",
        severity=Severity.WARNING,
        policy=True,
        title="A version that is out of support",
        explanation="Nobody mends security holes in this version any more.",
        remedy="Plan the upgrade; the message names the versions that are supported.",
        wrong="""
            nodes: {cp-1: 10.0.0.11}
            clusters:
              k8s: {version: 1.28.5, control_plane: cp-1}
            """,
        right="""
            nodes: {cp-1: 10.0.0.11}
            clusters:
              k8s: {version: 1.35.1, control_plane: cp-1}
            """,
    ),
)
SECRETS = (
    Code(
        code="K901",
        title="A literal where a secret is required",
        explanation=(
            "Passwords and tokens never stand in a spec, which is committed and shown. A reference says where the "
            "value is kept; with generate it is made at the first run."
        ),
        remedy="Write a reference, such as vault:kv/apps/nextcloud#admin?generate=24.",
        wrong="""
            services:
              nextcloud: {secrets: {admin_password: swordfish}}
            """,
        right="""
            services:
              nextcloud: {secrets: {admin_password: "vault:kv/apps/nextcloud#admin?generate=24"}}
            """,
    ),
    Code(
        code="K902",
        title="A plain field that looks like a secret",
        explanation=(
            "The value has the form of a known token or key, or looks random, and stands in a field that is shown and "
            "stored as it is."
        ),
        remedy="Replace it with a reference, and make a new secret: this one may be known already.",
        wrong="""
            services:
              portal: {params: {api_token: ghp_0123456789abcdefghijABCDEFGHIJ012345}}
            """,
        right="""
            services:
              portal: {params: {api_token: "vault:kv/apps/portal#token"}}
            """,
    ),
    Code(
        code="K903",
        title="A secret that cannot be read",
        explanation="The store was asked for this secret, and it does not exist, has no such key, or may not be read.",
        remedy="Correct the path (the message lists the keys that exist), or add ?generate=24 to have it made.",
        wrong="""
            services:
              nextcloud: {secrets: {admin_password: "vault:kv/apps/nextcloud#amdin"}}
            """,
        right="""
            services:
              nextcloud: {secrets: {admin_password: "vault:kv/apps/nextcloud#admin"}}
            """,
    ),
    Code(
        code="K904",
        title="The store of secrets needs a secret from itself",
        explanation=(
            "The service that keeps the secrets, or one that it needs, takes a secret from that same store. At the "
            "first run there is no store yet to read it from."
        ),
        remedy="Say with secrets.bootstrap where secrets come from until the store is up.",
        wrong="""
            secrets: {store: vault}
            services:
              vault: {secrets: {seal: "vault:kv/infra/seal#key"}}
            """,
        right="""
            secrets: {store: vault, bootstrap: "sops:secrets/bootstrap.sops.yaml"}
            services:
              vault: {secrets: {seal: "sops:secrets/bootstrap.sops.yaml#seal"}}
            """,
    ),
)
CHANGES = (
    Code(
        code="K950",
        policy=True,
        title="The network plugin of a running cluster would change",
        explanation="Pods lose their addresses and connections when the network plugin is replaced under them.",
        remedy="Build a new cluster beside the old one and move the services.",
        wrong="""
            nodes: {cp-1: 10.0.0.11}
            clusters:
              k8s: {version: 1.35.1, control_plane: cp-1, cni: cilium}   # calico is installed
            """,
        right="""
            nodes: {cp-1: 10.0.0.11}
            clusters:
              k8s: {version: 1.35.1, control_plane: cp-1, cni: calico}
            """,
    ),
    Code(
        code="K951",
        policy=True,
        title="A disk would shrink",
        explanation="A disk can grow while a machine runs, but making it smaller cuts off the file system on it.",
        remedy="Keep its size, or make a new node with the smaller disk and move the data.",
        wrong="""
            nodes:
              pve: {type: hypervisor, address: 10.0.0.2}
              vm-1: {runs_on: pve, address: 10.0.0.11, disk: 50GiB}   # it has 100GiB
            """,
        right="""
            nodes:
              pve: {type: hypervisor, address: 10.0.0.2}
              vm-1: {runs_on: pve, address: 10.0.0.11, disk: 100GiB}
            """,
    ),
    Code(
        code="K952",
        severity=Severity.WARNING,
        policy=True,
        title="A renamed node would be made anew",
        explanation=(
            "A node is known by its name. Under another name it is another node: the plan makes the new one and lists "
            "the old one as no longer declared."
        ),
        remedy="Confirm it if that is meant, else keep the name.",
        wrong="""
            nodes:
              pve: {type: hypervisor, address: 10.0.0.2}
              worker-one: {runs_on: pve, address: 10.0.0.11}   # it was worker-1
            """,
        right="""
            nodes:
              pve: {type: hypervisor, address: 10.0.0.2}
              worker-1: {runs_on: pve, address: 10.0.0.11}
            """,
    ),
    Code(
        code="K953",
        severity=Severity.WARNING,
        policy=True,
        title="Another storage class needs a copy of the data",
        explanation=(
            "A volume cannot change its storage class; a new one is made and the data is copied while the service "
            "stops."
        ),
        remedy="Confirm it and plan the time, or keep the class.",
        wrong="""
            services:
              nextcloud: {storage: {data: {size: 100Gi, class: fast}}}   # it was bulk
            """,
        right="""
            services:
              nextcloud: {storage: {data: {size: 100Gi, class: bulk}}}
            """,
    ),
)
