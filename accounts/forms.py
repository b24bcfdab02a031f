"""Django's user forms, with the e-mail address where they have a username."""

from django.contrib.auth import forms

from accounts.models import User


class UserCreationForm(forms.AdminUserCreationForm):  # type: ignore[type-arg]  # Generic in the stubs only.
    class Meta:
        model = User
        fields = ("email", "full_name")


class UserChangeForm(forms.UserChangeForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = "__all__"
