"""Machines out of containers: where we may not make namespaces ourselves, Podman does it for us."""
