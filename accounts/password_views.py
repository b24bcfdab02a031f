"""Changing a password, and setting a new one by a link."""

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle

from accounts import passwords, sessions
from accounts.authentication import user_of
from accounts.serializers import PasswordChangeSerializer, PasswordForgottenSerializer, PasswordResetSerializer
from accounts.views import CSRF_HEADER, CsrfProtectedView
from releases.answers import NotStored
from releases.schema import problem_responses

_RULES = "What rules the new one breaks is told under `errors`."


class PasswordChangeView(NotStored):
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "sign_in"

    @extend_schema(
        operation_id="password_change",
        tags=["auth"],
        summary="Change one's password",
        description="Ends all sessions and tokens of whoever asks, save the session that asks, which goes on under a "
        f"new ID. With a session's cookie it needs the header `X-CSRFToken`. {_RULES}",
        request=PasswordChangeSerializer,
        responses={204: None, **problem_responses("permission_denied", "throttled", "locked_out")},
        examples=[
            OpenApiExample(
                "Change",
                {"password": "correct horse battery staple", "new_password": "a wholly different sentence"},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        given = PasswordChangeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        user = passwords.change(request._request, user_of(request), **given.validated_data)
        if request.auth is None:
            # Who is at this browser stays; a program has a password to get tokens by.
            sessions.begin(request._request, user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PasswordForgottenView(CsrfProtectedView):
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "sign_in"

    @extend_schema(
        operation_id="password_forgotten",
        tags=["auth"],
        summary="Ask for a link by e-mail",
        description="Answered alike whether anybody has the address. One mail in five minutes is sent to it at most; "
        "its link leads to a page of the portal, and is good for an hour and once.",
        parameters=[CSRF_HEADER],
        request=PasswordForgottenSerializer,
        responses={204: None, **problem_responses("permission_denied", "throttled")},
        examples=[OpenApiExample("Ask", {"email": "viewer@example.com"}, request_only=True)],
        auth=[],
    )
    def post(self, request: Request) -> Response:
        given = PasswordForgottenSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        passwords.send_link(request._request, given.validated_data["email"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class PasswordResetView(CsrfProtectedView):
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "sign_in"

    @extend_schema(
        operation_id="password_reset",
        tags=["auth"],
        summary="Set a new password by a link",
        description=f"`uid` and `token` are what stands behind the link's `#`, divided by a dot. Ends all sessions and "
        f"tokens. {_RULES}",
        parameters=[CSRF_HEADER],
        request=PasswordResetSerializer,
        responses={204: None, **problem_responses("permission_denied", "throttled")},
        examples=[
            OpenApiExample(
                "Set",
                {"uid": "Nw", "token": "d0abcd-0123456789", "new_password": "a wholly different sentence"},
                request_only=True,
            )
        ],
        auth=[],
    )
    def post(self, request: Request) -> Response:
        given = PasswordResetSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        passwords.reset(request._request, **given.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)
