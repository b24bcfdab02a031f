"""The demo's people."""

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def _prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", "first password")
    call_command("prepare_demo")


def _scopes(email: str) -> set[str]:
    user = User.objects.get(email=email)
    return {scope.pattern for group in user.groups.all() for scope in group.scopes.all()}


@pytest.mark.usefixtures("_prepared")
def test_three_people_can_sign_in_and_see_what_the_readme_says() -> None:
    for email in ("admin@example.com", "viewer@example.com", "payments@example.com"):
        assert authenticate(username=email, password="first password")
    assert User.objects.get(email="admin@example.com").is_superuser
    assert _scopes("viewer@example.com") == {"release:*"}
    assert _scopes("payments@example.com") == {"release:payments-*"}


@pytest.mark.usefixtures("_prepared")
def test_preparing_again_with_the_same_password_signs_nobody_out() -> None:
    client = Client()
    client.force_login(User.objects.get(email="viewer@example.com"))
    call_command("prepare_demo")
    assert client.get("/api/auth/me/").status_code == 200


@pytest.mark.usefixtures("_prepared")
def test_another_password_takes_the_place_of_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", "second password")
    call_command("prepare_demo")
    assert authenticate(username="admin@example.com", password="second password")
    assert not authenticate(username="admin@example.com", password="first password")


@pytest.mark.usefixtures("_prepared")
def test_a_second_factor_that_somebody_tried_out_keeps_the_next_one_out_of_no_demo() -> None:
    User.objects.filter(email="viewer@example.com").update(second_factor_at=timezone.now())
    call_command("prepare_demo")
    assert User.objects.get(email="viewer@example.com").second_factor_at is None


def test_without_a_password_nobody_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    with pytest.raises(CommandError, match="DEMO_PASSWORD"):
        call_command("prepare_demo")
    assert not User.objects.exists()
