"""The API's own addresses: its root, its documentation, and every address under it that is nothing."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

ADDRESSES = {
    "releases": "releases/",
    "views": "views/",
    "compare": "compare/",
    "me": "auth/me/",
    "login": "auth/login/",
    "login_code": "auth/login/code/",
    "logout": "auth/logout/",
    "logout_everywhere": "auth/logout/everywhere/",
    "password_change": "auth/password/change/",
    "password_forgotten": "auth/password/forgotten/",
    "password_reset": "auth/password/reset/",
    "second_factor": "auth/second-factor/",
    "service_tokens": "auth/service-tokens/",
    "token": "auth/token/",
    "token_refresh": "auth/token/refresh/",
    "token_verify": "auth/token/verify/",
    "token_blacklist": "auth/token/blacklist/",
    "schema": "schema/",
    "docs": "docs/",
}


@extend_schema(exclude=True)
class ApiRootView(APIView):
    """The API of the portal, which changes no release. Each address here can be opened in a browser or read as JSON."""

    permission_classes = [AllowAny]

    def get_view_name(self) -> str:
        return "Relportal API"

    def get(self, request: Request) -> Response:
        return Response({name: request.build_absolute_uri(f"/api/{path}") for name, path in ADDRESSES.items()})


class ApiDocsView(SpectacularSwaggerSplitView):
    """The API's documentation as a page: its script is asked for by itself, as the content security policy has it."""

    template_name = "relportal/api_docs.html"


@extend_schema(exclude=True)
class UnknownRouteView(APIView):
    """404 for any method, signed in or not; a known address without its closing slash is redirected to it."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    def get_view_name(self) -> str:
        return "Not found"

    @property
    def allowed_methods(self) -> list[str]:
        return []

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        return super().perform_content_negotiation(request, force=True)

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if _is_known(request.path_info + "/"):
            # A redirect that keeps the method and the body, where there may be one (308 in place of 301).
            return HttpResponsePermanentRedirect(
                request._request.get_full_path(force_append_slash=True),
                preserve_request=request.method not in ("GET", "HEAD"),
            )
        raise NotFound

    options = http_method_not_allowed

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        answer = super().finalize_response(request, response, *args, **kwargs)
        del answer["Allow"]
        return answer


@csrf_exempt
def unknown_route(request: HttpRequest) -> HttpResponseBase:
    """A function, since the browsable API makes a breadcrumb of every view class on the way, and `/api/releases` would
    be one called "Not found"."""
    return _unknown_route(request)


_unknown_route = UnknownRouteView.as_view()


def _is_known(path: str) -> bool:
    try:
        return resolve(path).url_name != "api-unknown"
    except Resolver404:
        return False
