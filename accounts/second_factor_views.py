"""One's own second factor: turning it on and off, and its recovery codes. For browsers, by their session."""

from django.contrib.auth import get_user
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle

from accounts import half_way, second_factor, sessions
from accounts.models import User
from accounts.noting import note_user
from accounts.schema import BY_SESSION
from accounts.serializers import (
    CodeSerializer,
    NewSecretSerializer,
    RecoveryCodesSerializer,
    SecondFactorSerializer,
    SetUpSerializer,
    TurnOffSerializer,
)
from accounts.signing_in import begin_session, user_by_password
from accounts.views import CSRF_HEADER, CsrfProtectedView
from releases.problems import InvalidCredentials
from releases.schema import problem_responses

_CODES = OpenApiExample("Codes", {"recovery_codes": ["k7mp-2xwq-9fhd-vt4n", "c3rg-8yjb-n6ea-zs5u"]}, response_only=True)
_CODE = OpenApiExample("Code", {"code": "123456"}, request_only=True)
_REFUSED = ("permission_denied", "throttled", "locked_out")


class _OwnView(CsrfProtectedView):
    """By the session alone: a token in a script must not be able to change what signing in takes."""

    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "sign_in"

    def own(self, request: Request) -> User:
        """Whoever is signed in. Raises NotAuthenticated."""
        user = get_user(request._request)
        if not isinstance(user, User):
            raise NotAuthenticated
        note_user(user)
        return user

    def own_or_half_way(self, request: Request) -> tuple[User, half_way.HalfWay | None]:
        """The same, or whoever has to set a factor up in order to sign in."""
        known = half_way.of(request._request, "set-up")
        if known is None:
            return self.own(request), None
        note_user(known.user, by=known.by)
        return known.user, known


class SecondFactorView(_OwnView):
    throttle_classes = []

    @extend_schema(
        operation_id="second_factor",
        tags=["auth"],
        summary="How one's second factor stands",
        responses={200: SecondFactorSerializer},
        auth=BY_SESSION,
    )
    def get(self, request: Request) -> Response:
        user = self.own(request)
        state = {
            "is_on": user.second_factor_at is not None,
            "is_required": user.must_have_second_factor,
            "since": user.second_factor_at,
            "recovery_codes_left": second_factor.codes_left(user),
        }
        return Response(SecondFactorSerializer(state).data)


class SetUpView(_OwnView):
    @extend_schema(
        operation_id="second_factor_set_up",
        tags=["auth"],
        summary="Get a secret for an authenticator app",
        description="Nothing changes until `/api/auth/second-factor/confirm/` gets a code of the app. Also for who was "
        "told `second_factor_missing` when signing in, within 10 minutes; the password is not asked for again then.",
        parameters=[CSRF_HEADER],
        request=SetUpSerializer,
        responses={200: NewSecretSerializer, **problem_responses(*_REFUSED)},
        examples=[
            OpenApiExample("Ask", {"password": "correct horse battery staple"}, request_only=True),
            OpenApiExample(
                "Secret",
                {
                    "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
                    "uri": "otpauth://totp/Relportal:viewer%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
                    "&issuer=Relportal",
                },
                response_only=True,
            ),
        ],
        auth=BY_SESSION,
    )
    def post(self, request: Request) -> Response:
        given = SetUpSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        user, known = self.own_or_half_way(request)
        if known is None:
            _check_password(request, user, given.validated_data.get("password"))
        return Response(second_factor.set_up(user)._asdict())


class ConfirmView(_OwnView):
    @extend_schema(
        operation_id="second_factor_confirm",
        tags=["auth"],
        summary="Turn the second factor on",
        description="By a code of the app that got the secret. Ends all other sessions and tokens; who was only half "
        "signed in is signed in then.",
        parameters=[CSRF_HEADER],
        request=CodeSerializer,
        responses={200: RecoveryCodesSerializer, **problem_responses("second_factor_invalid", *_REFUSED)},
        examples=[_CODE, _CODES],
        auth=BY_SESSION,
    )
    def post(self, request: Request) -> Response:
        given = CodeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        user, known = self.own_or_half_way(request)
        codes = second_factor.confirm(request._request, user, given.validated_data["code"])
        begin_session(request._request, user, by=known.by if known else "session", factor_proven=True)
        return Response({"recovery_codes": codes})


class RecoveryCodesView(_OwnView):
    @extend_schema(
        operation_id="second_factor_recovery_codes",
        tags=["auth"],
        summary="Get new recovery codes",
        description="In place of all of before, by a code of the app or one of those.",
        parameters=[CSRF_HEADER],
        request=CodeSerializer,
        responses={200: RecoveryCodesSerializer, **problem_responses("second_factor_invalid", *_REFUSED)},
        examples=[_CODE, _CODES],
        auth=BY_SESSION,
    )
    def post(self, request: Request) -> Response:
        given = CodeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        codes = second_factor.renew_codes(request._request, self.own(request), given.validated_data["code"])
        return Response({"recovery_codes": codes})


class TurnOffView(_OwnView):
    @extend_schema(
        operation_id="second_factor_turn_off",
        tags=["auth"],
        summary="Turn the second factor off",
        description="By the password and a code. Ends all other sessions and tokens. Not where the account has to have "
        "one.",
        parameters=[CSRF_HEADER],
        request=TurnOffSerializer,
        responses={204: None, **problem_responses("second_factor_invalid", *_REFUSED)},
        examples=[
            OpenApiExample("Off", {"code": "123456", "password": "correct horse battery staple"}, request_only=True)
        ],
        auth=BY_SESSION,
    )
    def post(self, request: Request) -> Response:
        given = TurnOffSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        user = self.own(request)
        _check_password(request, user, given.validated_data.get("password"))
        second_factor.turn_off(request._request, user, given.validated_data["code"])
        sessions.begin(request._request, user)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _check_password(request: Request, user: User, password: str | None) -> None:
    """That it is the user who sits there. Nothing where the user has no password, and signs in by OpenID Connect."""
    if not user.has_usable_password():
        return
    if password is None:
        raise serializers.ValidationError({"password": ["This field is required."]})
    try:
        user_by_password(request._request, user.email, password, by="second_factor")
    except InvalidCredentials:
        raise serializers.ValidationError({"password": ["This is not your password."]}) from None
