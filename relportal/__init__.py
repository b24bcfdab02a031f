"""Relportal: the project's settings, its ASGI application and its URLs."""
