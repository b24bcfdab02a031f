"""Bodies of the sign-in routes, in and out."""

from typing import Any

from django.contrib.auth.models import update_last_login
from rest_framework import serializers

from accounts import tokens
from accounts.models import User
from accounts.signing_in import check_second_factor, succeeded, user_by_password
from accounts.viewers import viewer_of

# Said as patterns, since the OpenAPI document tells these to callers, other than what a CharField checks by itself.
_TEXT = r"^[^\x00]+$"
_JWT = r"^[A-Za-z0-9_.=-]+$"


def _password(**options: Any) -> serializers.RegexField:
    return serializers.RegexField(
        _TEXT,
        # The bound is on work: hashing takes as long as its input is.
        max_length=1024,
        write_only=True,
        trim_whitespace=False,
        style={"input_type": "password"},
        **options,
    )


class LoginSerializer(serializers.Serializer[Any]):
    # Any text, not an address only: what is none is answered like any other that is not known.
    email = serializers.RegexField(_TEXT, max_length=254, write_only=True, trim_whitespace=False)
    password = _password()


def _code(**options: Any) -> serializers.RegexField:
    return serializers.RegexField(
        r"^[0-9A-Za-z -]+$",
        max_length=40,
        write_only=True,
        help_text="Six digits of the authenticator app, or a recovery code.",
        **options,
    )


class CodeSerializer(serializers.Serializer[Any]):
    code = _code()


class SecondFactorSerializer(serializers.Serializer[Any]):
    """How somebody's second factor stands."""

    is_on = serializers.BooleanField(read_only=True)
    is_required = serializers.BooleanField(read_only=True, help_text="Whether the account has to have one.")
    since = serializers.DateTimeField(read_only=True, allow_null=True)
    recovery_codes_left = serializers.IntegerField(read_only=True)


class SetUpSerializer(serializers.Serializer[Any]):
    password = _password(required=False, help_text="Needed but for who is only setting one up to sign in.")


class NewSecretSerializer(serializers.Serializer[Any]):
    secret = serializers.CharField(read_only=True, help_text="For the app, in base 32.")
    uri = serializers.CharField(read_only=True, help_text="The same as an address, for a QR code.")


class RecoveryCodesSerializer(serializers.Serializer[Any]):
    recovery_codes = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="Each is good once, in place of a code. Told only now."
    )


class TurnOffSerializer(CodeSerializer):
    password = _password(required=False)


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
    has_password = serializers.SerializerMethodField(help_text="Not where one signs in by OpenID Connect alone.")

    class Meta:
        model = User
        fields = ["id", "email", "full_name", "is_staff", "is_superuser", "roles", "scopes", "sees_all", "has_password"]
        read_only_fields = fields

    def get_roles(self, user: User) -> list[str]:
        return list(user.groups.order_by("name").values_list("name", flat=True))

    def get_scopes(self, user: User) -> list[str]:
        return sorted(viewer_of(user).patterns)

    def get_sees_all(self, user: User) -> bool:
        return viewer_of(user).sees_all

    def get_has_password(self, user: User) -> bool:
        return user.has_usable_password()


class OpenIdOptionSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="Of what people sign in with, for “Sign in with …”.")
    url = serializers.CharField(help_text="Where a browser goes for it, with `?next=` for where to go afterwards.")


class SignInOptionsSerializer(serializers.Serializer[Any]):
    openid_connect = OpenIdOptionSerializer(allow_null=True, help_text="Null where it is not set up.")


class TokenObtainSerializer(LoginSerializer):
    code = _code(required=False)
    access = serializers.CharField(read_only=True, help_text="For the header `Authorization: Bearer …`.")
    refresh = serializers.CharField(read_only=True, help_text="For a new pair, once, before it expires.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        request = self.context["request"]
        user = user_by_password(request, attrs["email"], attrs["password"], by="token")
        check_second_factor(request, user, attrs.get("code"))
        succeeded(request, user, by="token")
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
