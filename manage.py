#!/usr/bin/env python
"""Django's command line, with Relportal's settings."""

import os
import sys

from django.core.management import execute_from_command_line

from relportal.env import BadEnvironment

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relportal.settings")
    try:
        execute_from_command_line(sys.argv)
    except BadEnvironment as error:
        # Where it came from is of no use to who has to mend it.
        sys.exit(str(error))
