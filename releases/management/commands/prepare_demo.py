"""Prepares the demo's database."""

import os
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts import second_factor
from accounts.models import Scope


class Command(BaseCommand):
    help = "Make the demo's tables, and its three people, who sign in with the password in DEMO_PASSWORD."

    def handle(self, *args: Any, **options: Any) -> None:
        password = os.environ.get("DEMO_PASSWORD")
        if not password:
            raise CommandError("DEMO_PASSWORD is not set.")
        call_command("migrate", interactive=False, verbosity=0)
        payments, _ = Group.objects.get_or_create(name="Payments")
        Scope.objects.get_or_create(group=payments, pattern="release:payments-*")
        viewers = Group.objects.get(name="Viewers")
        _person("admin@example.com", "Ada Admin", password, is_staff=True, is_superuser=True)
        _person("viewer@example.com", "Vera Viewer", password).groups.set([viewers])
        _person("payments@example.com", "Pat Payments", password).groups.set([payments])


def _person(email: str, full_name: str, password: str, **rights: bool) -> Any:
    person, _ = get_user_model().objects.update_or_create(
        email=email, defaults={"full_name": full_name, "is_active": True, **rights}
    )
    # Setting the same password again would sign out who is signed in.
    if not person.check_password(password):
        person.set_password(password)
        person.save()
    # The phone of whoever tried it out last is not at hand.
    if person.second_factor_at:
        second_factor.reset(person)
    return person
