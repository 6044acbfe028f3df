"""``python -m kombify.runner FOLDER``: run the job of this folder."""

from __future__ import annotations

import sys
from pathlib import Path

from kombify.runner.process import run_job

if __name__ == "__main__":
    sys.exit(run_job(Path(sys.argv[1])))
