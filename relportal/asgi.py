"""The ASGI application: HTTP by Django."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relportal.settings")

application = get_asgi_application()
