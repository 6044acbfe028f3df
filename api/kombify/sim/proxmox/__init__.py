# Copyright (c) 2026, the kombify.stack authors
# GNU Affero General Public License v3.0+ (see README.md beside this file or https://www.gnu.org/licenses/agpl-3.0.txt)
# SPDX-License-Identifier: AGPL-3.0-or-later

"""A simulated Proxmox VE whose virtual machines are machines of a lab: ``python -m kombify.sim.proxmox LABFOLDER``.

It builds on fakepve, which is AGPL-3.0-or-later, and so is this package: a program of its own, imported by nobody.
"""
