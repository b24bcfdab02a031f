"""Releases that run as Temporal workflows: read, shown, never changed. The handbook is `README.md` beside this file."""
