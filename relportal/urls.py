"""Addresses: the API under /api/, the admin, health, and the single-page app at all others."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from relportal import pages
from relportal.api import ApiDocsView, ApiRootView, unknown_route
from relportal.health import readyz
from relportal.metrics import metrics

admin.site.site_header = admin.site.site_title = "Relportal administration"
admin.site.index_title = "People, roles and records"
admin.site.site_url = "/"

# The browsable API looks its sign-in and sign-out up under this namespace.
browsable = (
    [
        path("login/", pages.browsable_login, name="login"),
        path("logout/", LogoutView.as_view(), name="logout"),
    ],
    "rest_framework",
)

api: list[URLPattern | URLResolver] = [
    path("", ApiRootView.as_view(), name="api-root"),
    path("auth/", include("accounts.urls")),
    path("browser/", include(browsable)),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", ApiDocsView.as_view(url_name="schema"), name="docs"),
    path("", include("releases.urls")),
    re_path(r"^.*$", unknown_route, name="api-unknown"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", include(api)),
    path("admin/login/", pages.admin_login),
    # The portal's page counts wrong passwords; the administration's own would let them be guessed.
    path("admin/password_change/", RedirectView.as_view(url="/account")),
    path("admin/", admin.site.urls),
    re_path(r"^(?P<url>api|admin)$", RedirectView.as_view(url="/%(url)s/", permanent=True)),
    path("favicon.ico", RedirectView.as_view(url="/static/favicon.svg")),
    path("healthz", pages.healthz),
    path("metrics", metrics),
    path("readyz", readyz),
    # Every other address is a page of the app, save those that belong to something that isn't there.
    re_path(
        r"^(?!(?:api|admin|static|ws)/|(?:metrics|ws|static|robots\.txt)/?$).*$",
        pages.portal,
        name="portal",
    ),
]

handler400 = pages.bad_request
handler403 = pages.permission_denied
handler404 = pages.not_found
handler500 = pages.server_error
