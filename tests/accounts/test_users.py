import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import User

pytestmark = pytest.mark.django_db


def test_an_address_is_taken_whatever_its_case():
    User.objects.create_user("Ann@example.com")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("aNN@example.com")


def test_a_taken_address_is_refused_with_a_sentence():
    User.objects.create_user("ann@example.com")
    with pytest.raises(ValidationError, match="Somebody has this address already"):
        User(email="ANN@example.com", password="x").full_clean()


def test_the_domain_is_kept_in_lower_case():
    assert User.objects.create_user("Ann@EXAMPLE.com").email == "Ann@example.com"


def test_a_user_is_found_by_the_address_whatever_its_case():
    user = User.objects.create_user("Ann@example.com")
    assert User.objects.get_by_natural_key("aNN@Example.COM") == user


def test_without_an_address_there_is_no_user():
    with pytest.raises(ValueError, match="e-mail"):
        User.objects.create_user("")


def test_a_user_without_a_password_has_none_that_works():
    user = User.objects.create_user("ann@example.com")
    assert not user.has_usable_password()
    assert not user.check_password("")


def test_a_superuser_is_staff_too():
    user = User.objects.create_superuser("root@example.com", "pw", full_name="Root")
    assert (user.is_superuser, user.is_staff, user.is_active) == (True, True, True)


def test_a_user_is_shown_by_name_where_there_is_one():
    assert str(User(email="ann@example.com")) == "ann@example.com"
    assert User(email="ann@example.com").get_full_name() == "ann@example.com"
    assert User(email="ann@example.com", full_name="Ann").get_short_name() == "Ann"
