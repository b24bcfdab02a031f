"""`python -m tests.e2e.people` makes the people who use the portal, and signs each of them in.

Prints a JSON object of e-mail addresses, each with the key of its session.
"""

import json
import sys

import django

PASSWORD = "correct horse battery staple"

VIEWER = "viewer@example.com"
"""Sees all releases."""
PAYMENTS = "payments@example.com"
"""Sees the releases of one team."""
STAFF = "admin@example.com"
"""Sees all, and administers."""
NEWCOMER = "newcomer@example.com"
"""Has no role yet."""
OUTSIDER = "outsider@example.com"
"""Has a role, in whose scope no release is."""
MOVER = "mover@example.com"
"""Sees all releases, and ends all sessions of their own: nobody else's test stands on these."""
FORGETFUL = "forgetful@example.com"
CAREFUL = "careful@example.com"
"""Have another password after a test than before."""
CAUTIOUS = "cautious@example.com"
GUESSED = "guessed@example.com"
"""Turn a second factor on, and guess codes."""
SHOWN = "shown@example.com"
"""Turns one on as well, where axe looks."""
DEMOTED = "demoted@example.com"
LEAVER = "leaver@example.com"
SIGNED_OUT = "signed-out@example.com"
"""See all releases, until an administrator has done something about it."""
KNOWN = "known@example.com"
"""Sees all releases until they sign in by OpenID Connect, where they are in no group."""
KEEPER = "keeper@example.com"
"""Staff, without a second factor before a test."""
DEPUTY = "deputy@example.com"
"""Alone has the role `Deputies`, whose scope is narrowed."""


def main() -> None:
    django.setup()
    from django.contrib.auth.models import Group
    from django.test import Client

    from accounts.models import User

    def signed_in(user: User) -> str:
        client = Client()
        client.force_login(user)
        return client.cookies["sessionid"].value

    viewers = Group.objects.get(name="Viewers")
    payments = Group.objects.create(name="Payments")
    payments.scopes.create(pattern="release:payments-*")
    viewer = User.objects.create_user(VIEWER, PASSWORD, full_name="Vera Viewer")
    viewer.groups.add(viewers)
    outsiders = Group.objects.create(name="Outsiders")
    outsiders.scopes.create(pattern="release:of-somebody-else-*")
    payer = User.objects.create_user(PAYMENTS, PASSWORD, full_name="Pat Payments")
    payer.groups.add(payments)
    staff = User.objects.create_user(STAFF, PASSWORD, full_name="Ada Admin", is_staff=True, is_superuser=True)
    newcomer = User.objects.create_user(NEWCOMER, PASSWORD)
    outsider = User.objects.create_user(OUTSIDER, PASSWORD)
    outsider.groups.add(outsiders)
    mover = User.objects.create_user(MOVER, PASSWORD, full_name="Mo Mover")
    mover.groups.add(viewers)
    for email in (FORGETFUL, CAREFUL, CAUTIOUS, GUESSED, SHOWN, DEMOTED, LEAVER, SIGNED_OUT, KNOWN):
        User.objects.create_user(email, PASSWORD).groups.add(viewers)
    deputies = Group.objects.create(name="Deputies")
    deputies.scopes.create(pattern="release:*")
    User.objects.create_user(DEPUTY, PASSWORD).groups.add(deputies)
    User.objects.create_user(KEEPER, PASSWORD, is_staff=True)
    json.dump({user.email: signed_in(user) for user in (viewer, payer, staff, newcomer, outsider, mover)}, sys.stdout)


if __name__ == "__main__":
    main()
