"""Bodies of the sign-in routes, in and out."""

from typing import Any

from django.contrib.auth.models import update_last_login
from rest_framework import serializers

from accounts import tokens
from accounts.models import User
from accounts.signing_in import user_by_password
from accounts.viewers import viewer_of

# Said as patterns, since the OpenAPI document tells these to callers, other than what a CharField checks by itself.
_TEXT = r"^[^\x00]+$"
_JWT = r"^[A-Za-z0-9_.=-]+$"


def _password() -> serializers.RegexField:
    return serializers.RegexField(
        _TEXT,
        # The bound is on work: hashing takes as long as its input is.
        max_length=1024,
        write_only=True,
        trim_whitespace=False,
        style={"input_type": "password"},
    )


class LoginSerializer(serializers.Serializer[Any]):
    # Any text, not an address only: what is none is answered like any other that is not known.
    email = serializers.RegexField(_TEXT, max_length=254, write_only=True, trim_whitespace=False)
    password = _password()


class PasswordChangeSerializer(serializers.Serializer[Any]):
    password = _password()
    new_password = _password()


class PasswordForgottenSerializer(serializers.Serializer[Any]):
    email = serializers.RegexField(_TEXT, max_length=254, write_only=True)


class PasswordResetSerializer(serializers.Serializer[Any]):
    uid = serializers.RegexField(r"^[A-Za-z0-9_-]+$", max_length=100, write_only=True, help_text="Of the link.")
    token = serializers.RegexField(r"^[A-Za-z0-9-]+$", max_length=100, write_only=True, help_text="Of the link.")
    new_password = _password()


class MeSerializer(serializers.ModelSerializer[User]):
    roles = serializers.SerializerMethodField(help_text="Names of the roles, in order.")
    scopes = serializers.SerializerMethodField(help_text="Globs over release IDs that the roles give; none: no access.")
    sees_all = serializers.SerializerMethodField(help_text="Whether every release is seen, whatever the scopes.")

    class Meta:
        model = User
        fields = ["id", "email", "full_name", "is_staff", "is_superuser", "roles", "scopes", "sees_all"]
        read_only_fields = fields

    def get_roles(self, user: User) -> list[str]:
        return list(user.groups.order_by("name").values_list("name", flat=True))

    def get_scopes(self, user: User) -> list[str]:
        return sorted(viewer_of(user).patterns)

    def get_sees_all(self, user: User) -> bool:
        return viewer_of(user).sees_all


class TokenObtainSerializer(LoginSerializer):
    access = serializers.CharField(read_only=True, help_text="For the header `Authorization: Bearer …`.")
    refresh = serializers.CharField(read_only=True, help_text="For a new pair, once, before it expires.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        user = user_by_password(self.context["request"], attrs["email"], attrs["password"], by="token")
        update_last_login(User, user)
        return tokens.Pair.of(tokens.start_family(user))._asdict()


class TokenRefreshSerializer(serializers.Serializer[Any]):
    refresh = serializers.RegexField(_JWT, help_text="In: the token to use up. Out: the one that takes its place.")
    access = serializers.CharField(read_only=True)

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        return tokens.trade(attrs["refresh"])._asdict()


class TokenVerifySerializer(serializers.Serializer[Any]):
    token = serializers.RegexField(_JWT, write_only=True, help_text="An access or a refresh token.")

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        tokens.check(attrs["token"])
        return {}


class TokenBlacklistSerializer(serializers.Serializer[Any]):
    refresh = serializers.RegexField(_JWT, write_only=True)

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        tokens.end_family(attrs["refresh"])
        return {}
