"""The service: jobs and workflows over HTTP, for the portal, the command and AWX's clients.

``create_app`` puts it together. A subject is a package: ``routes`` says what can be asked, ``models`` what goes in and
out, ``queries`` how it is read. Whatever changes something goes through :mod:`kombify.engine`.
"""

from __future__ import annotations
