"""What Ansible loads to tell what happens. Only Ansible imports from this folder."""

from __future__ import annotations
