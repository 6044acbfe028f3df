"""A simulated AWX: it keeps what clients make in it, with the rules that they would meet, and runs nothing.

What runs jobs and speaks AWX's words is the service itself (:mod:`kombify.server.controller`). This is for what a
service has not got: projects, inventory sources, execution environments, templates that somebody makes.
"""

from __future__ import annotations
