"""What the code of a problem means."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.spec.codes import CODES
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import did_you_mean
from kombify.cli.ending import Stop
from kombify.cli.options import Format
from kombify.cli.output import Output


def show(output: Output, code: str, form: Format) -> None:
    """Show a paragraph about a code, and an example."""
    known = CODES.get(code)
    if known is None:
        raise Stop(f"there is no code {code}", did_you_mean(code, CODES, f"codes go from {min(CODES)} to {max(CODES)}"))
    if form is Format.JSON:
        data = {"code": code, "severity": str(known.severity), "title": known.title, "explanation": known.explanation}
        output.json(data)
    else:
        output.document(known.text())
