"""/api/auth/service-tokens/: the service tokens of the signed-in user, made, listed and revoked."""

from typing import Any

import structlog
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts import mailing, service_tokens
from accounts.authentication import user_of
from accounts.models import PATTERN, ServiceToken, User, validate_pattern
from accounts.schema import BY_SESSION
from accounts.turns import turn_of
from releases.answers import NotStored
from releases.fields import TextField
from releases.schema import problem_responses

log = structlog.get_logger(__name__)

PATTERNS_KEPT = 20
"""Of one token."""

_GLOB = rf"^(?:{PATTERN.pattern})$"


class _Days(serializers.IntegerField):
    """Numbers alone, no text that looks like one."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, (bool, str)):
            self.fail("invalid")
        return super().to_internal_value(data)


def _check_pattern(pattern: str) -> None:
    try:
        validate_pattern(pattern)
    except ValidationError as error:
        raise serializers.ValidationError(error.messages) from error


class ServiceTokenSerializer(serializers.ModelSerializer[ServiceToken]):
    prefix = serializers.SerializerMethodField(help_text="What its text begins with, to tell it from others by.")
    roles: Any = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)
    patterns = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = ServiceToken
        fields = ["id", "name", "prefix", "roles", "patterns", "created_at", "expires_at", "last_used_at"]
        read_only_fields = fields

    def get_prefix(self, token: ServiceToken) -> str:
        return f"rpt_{token.lookup}"


class NewServiceTokenSerializer(serializers.Serializer[Any]):
    """What is asked for. Texts are taken as text only, as the OpenAPI document says."""

    name = TextField(max_length=ServiceToken.NAME_LENGTH, help_text="What it is for.")
    days = _Days(min_value=1, max_value=service_tokens.LONGEST_DAYS, help_text="For how long it is good.")
    roles = serializers.ListField(
        child=TextField(max_length=150),
        default=list,
        max_length=PATTERNS_KEPT,
        help_text="Names of roles of the user's, whose releases it shows. A role or a pattern is needed.",
    )
    patterns = serializers.ListField(
        child=TextField(_GLOB, max_length=200, validators=[_check_pattern], trim_whitespace=False),
        default=list,
        max_length=PATTERNS_KEPT,
        help_text="Globs over release IDs, such as `release:payments-*`. It shows what one of these, or of its roles', "
        "and the user's own scopes match.",
    )

    def validate_roles(self, names: list[str]) -> list[Group]:
        roles = list(self._user.groups.filter(name__in=names))
        if set(names) - {role.name for role in roles}:
            raise PermissionDenied  # Nobody gives what they don't have; nor is told whether there is such a role.
        return roles

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not (attrs["roles"] or attrs["patterns"]):
            sentence = "Give a pattern or a role: a token with neither shows nothing."
            raise serializers.ValidationError({"patterns": [sentence]})
        if service_tokens.good().filter(user=self._user).count() >= service_tokens.TOKENS_KEPT:
            sentence = f"You have {service_tokens.TOKENS_KEPT} tokens, as many as there may be: revoke one first."
            raise serializers.ValidationError({"name": [sentence]})
        return attrs

    @property
    def _user(self) -> User:
        user: User = self.context["user"]
        return user


class MadeServiceTokenSerializer(ServiceTokenSerializer):
    token = serializers.CharField(read_only=True, help_text="For `Authorization: Bearer …`. Told this once.")

    class Meta(ServiceTokenSerializer.Meta):
        fields = [*ServiceTokenSerializer.Meta.fields, "token"]
        read_only_fields = fields


_MADE = """Somebody, most likely you, made the service token "{name}" for {email} at {host}.

It shows what you may see, until it expires or is revoked: a new password leaves it as it is. If it was not you, revoke
it under "Service tokens", set another password, and tell an administrator.
"""

_SENT = {"name": "Wallboard", "days": 90, "roles": [], "patterns": ["release:payments-*"]}
_KEPT = {
    "id": 3,
    "name": "Wallboard",
    "prefix": "rpt_0123456789ab",
    "roles": [],
    "patterns": ["release:payments-*"],
    "created_at": "2025-11-22T14:03:00Z",
    "expires_at": "2026-02-20T14:03:00Z",
    "last_used_at": None,
}
_ID = OpenApiParameter("id", {"type": "integer", "minimum": 1}, OpenApiParameter.PATH)


@extend_schema(tags=["auth"])
class ServiceTokenViewSet(NotStored, ViewSet):
    """Tokens for dashboards and CI jobs. They read releases, and nothing else."""

    @extend_schema(
        operation_id="service_tokens_list",
        summary="The user's service tokens",
        description="Those that are not revoked, newest first; of their texts the beginning only. `last_used_at` is "
        "exact to a minute.",
        responses={200: ServiceTokenSerializer(many=True), **problem_responses("permission_denied")},
        examples=[OpenApiExample("A wallboard's", _KEPT, response_only=True)],
    )
    def list(self, request: Request) -> Response:
        tokens = self._tokens(request).prefetch_related("roles")
        return Response(ServiceTokenSerializer(tokens, many=True).data)

    @extend_schema(
        operation_id="service_tokens_create",
        summary="Make a service token",
        description="Its text, `token`, is told in this answer and never again. It shows what its patterns and the "
        "user's scopes both match, as they are when it is used. By a session alone, with the header `X-CSRFToken`: "
        "whoever got hold of a token of half an hour could make one of a year by it. Its owner is told by mail.",
        request=NewServiceTokenSerializer,
        responses={201: MadeServiceTokenSerializer, **problem_responses("permission_denied")},
        auth=BY_SESSION,
        examples=[
            OpenApiExample("For a wallboard", _SENT, request_only=True),
            OpenApiExample("A wallboard's", {**_KEPT, "token": "rpt_0123456789ab_…"}, response_only=True),
        ],
    )
    def create(self, request: Request) -> Response:
        if request.auth is not None:
            raise PermissionDenied
        asked = NewServiceTokenSerializer(data=request.data, context={"user": request.user})
        with turn_of(user_of(request)):
            asked.is_valid(raise_exception=True)
            made = service_tokens.make(user_of(request), **asked.validated_data)
        told = {"email": made.token.user.email, "host": request.get_host(), "name": made.token.name}
        mailing.tell(user_of(request), "A service token was made", _MADE.format(**told))
        body = {**ServiceTokenSerializer(made.token).data, "token": made.text}
        return Response(body, status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="service_tokens_revoke",
        summary="Revoke a service token",
        description="It is refused from now on; sockets that it opened end within five seconds.",
        parameters=[_ID],
        responses={204: None, **problem_responses("permission_denied", "not_found")},
    )
    def destroy(self, request: Request, pk: int) -> Response:
        if not service_tokens.revoke(self._tokens(request).filter(pk=pk)):
            raise NotFound
        log.info("service_token_revoked", service_token_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _tokens(self, request: Request) -> QuerySet[ServiceToken]:
        return ServiceToken.objects.filter(user=request.user.pk, revoked_at=None)
