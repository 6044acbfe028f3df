"""Simulation: the same roles and the same inventory, against simulated machines that are real Linux."""
