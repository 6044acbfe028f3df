"""Run ansible-test sanity on the collection as a user gets it: built, and unpacked outside the repository.

Inside the repository ansible-test skips what git ignores, says "All targets skipped" and succeeds.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

from ansible_test._internal.python_requirements import get_venv_packages

REPOSITORY = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
LEFT_OUT = [
    "import",  # imports every file without pydantic, on which module_utils are built
    "pylint",  # reads module_utils as Python 3.8, whatever tests/config.yml says; ruff and mypy look at them instead
]


def provide_pip_installer() -> None:
    """Put a pip installer where ansible-test looks, so that it fetches none from a host of its own."""
    version = get_venv_packages(SimpleNamespace(version=PYTHON))["pip"]
    installer = Path.home() / f".ansible/test/cache/get_pip_{version.replace('.', '_')}.py"
    if not installer.exists():
        installer.parent.mkdir(parents=True, exist_ok=True)
        installer.write_text("import ensurepip\n\nensurepip.bootstrap(default_pip=True)\n", encoding="utf-8")


def unpack_collection(work: Path) -> Path:
    """Build the collection and unpack it below `work`; return its folder."""
    build = [BIN / "ansible-galaxy", "collection", "build", "--output-path", work]
    subprocess.run(build, cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)
    collection = work / "ansible_collections/kombify/stack"
    shutil.unpack_archive(next(work.glob("kombify-stack-*.tar.gz")), collection)
    return collection


def run_sanity(collection: Path) -> int:
    """Run the tests, show their output as it comes, and return an exit code."""
    command = [BIN / "ansible-test", "sanity", "--color", "no", "--python", PYTHON]
    command += [argument for test in LEFT_OUT for argument in ("--skip-test", test)]
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    skipped = False
    with subprocess.Popen(
        command, cwd=collection, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            skipped = skipped or "All targets skipped" in line
    if skipped:
        print("ansible-test looked at nothing.", file=sys.stderr)
        return 1
    return process.returncode


def main() -> int:
    provide_pip_installer()
    with tempfile.TemporaryDirectory() as work:
        return run_sanity(unpack_collection(Path(work)))


if __name__ == "__main__":
    sys.exit(main())
