# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that sops closed; the program itself knows its keys."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.drivers.secrets.unreadable import SecretUnreadable

SECONDS = 60


def decrypt_sops(path: Path) -> Any:
    """Return the content of a file; its values never touch the disk."""
    if not path.exists():
        raise SecretUnreadable(f"{path} does not exist", "check the path of the reference")
    command = ["sops", "--decrypt", "--output-type", "json", str(path)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True)
        return json.loads(done.stdout)
    except FileNotFoundError as error:
        raise SecretUnreadable("the program sops was not found", "install sops, or name another store") from error
    except subprocess.TimeoutExpired as error:
        raise SecretUnreadable(f"sops did not answer within {SECONDS} s", "check its key service") from error
    except subprocess.CalledProcessError as error:
        reason = (error.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise SecretUnreadable(f"sops cannot open {path}: {reason}", "check that your key may open it") from error
    except ValueError as error:
        raise SecretUnreadable(f"{path} holds no mapping", "store a mapping of keys to values") from error
