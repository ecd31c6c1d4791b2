"""Drills: what an authority may trust leadscape with, measured against a service of its own on this machine.

Each drill is a file that tries something many times and counts how often it went through; what it found is kept in
``soak/results`` and drawn as ``docs/reference/assurance.md`` by the run itself. ``make soak`` runs them all.
"""
