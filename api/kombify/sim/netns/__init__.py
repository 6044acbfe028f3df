"""Machines out of Linux namespaces, an overlay of one cached image, and a systemd that is PID 1 in each."""
