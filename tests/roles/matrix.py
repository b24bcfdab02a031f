"""Who is answered what, at each address. An address without a row fails the suite: see `test_matrix`.

An answer is a status, with the problem's code or where it leads to after it. SIGN_IN is a
BAD_TOKEN for whom a token is no good any more.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.roles.people import NOWHERE, OURS, RECORD, SECRET, SECRET_APP, SHARED_APP, Caller

SIGN_IN, BAD_TOKEN = "401 not_authenticated", "401 token_invalid"
DENIED = "403 permission_denied"
NO_RELEASE, NO_ENTITY = "404 release_not_found", "404 entity_not_found"

Answers = dict[str, str]


def answers(nobody: str, no_role: str, scoped: str, viewer: str, staff: str, superuser: str) -> Answers:
    """Who is deactivated is answered as nobody is."""
    return {
        "nobody": nobody,
        "no_role": no_role,
        "scoped": scoped,
        "viewer": viewer,
        "staff": staff,
        "superuser": superuser,
        "deactivated": nobody,
    }


def anybody(answer: str) -> Answers:
    return answers(answer, answer, answer, answer, answer, answer)


def signed_in(answer: str = "200") -> Answers:
    return answers(SIGN_IN, answer, answer, answer, answer, answer)


def in_scope(ours: str = "200") -> Answers:
    """Of a release that every scope holds."""
    return answers(SIGN_IN, DENIED, ours, ours, DENIED, ours)


def secret(theirs: str = "200") -> Answers:
    """Of a release that only those see who see everything: of others it is not said whether it exists."""
    return answers(SIGN_IN, DENIED, DENIED, theirs, DENIED, theirs)


@dataclass(frozen=True)
class Ask:
    """A request, and who is answered what. `bad_token`: the answer to a token that is no good, where nobody need sign
    in. `for_services`: whether a service token may ask it; of what is only for people it is a 403. `for_tokens`:
    whether any token is looked at. `for_programs`: whether a token of any kind may ask it; else it is a 403."""

    path: str
    answers: Answers
    method: str = "GET"
    body: Any = None
    bad_token: str | None = None
    for_services: bool = True
    for_tokens: bool = True
    for_programs: bool = True

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def expected(self, caller: Caller) -> str:
        answer = self.answers[caller.name]
        if caller.token and self.path.startswith("/admin"):
            return self.answers["nobody"]
        if caller.token and not self.for_tokens:
            return self.answers["nobody"]
        if caller.token and caller.name == "deactivated":
            return BAD_TOKEN if answer == SIGN_IN else self.bad_token or answer
        if caller.token and not self.for_programs:
            return DENIED
        if caller.is_service and self.answers["nobody"] == SIGN_IN and not self.for_services:
            return DENIED
        return answer


def of_release(path: str) -> list[Ask]:
    return [
        Ask(path.replace("ID", OURS), in_scope()),
        Ask(path.replace("ID", SECRET), secret()),
        Ask(path.replace("ID", NOWHERE), secret(NO_RELEASE)),
    ]


def comparing(path: str) -> list[Ask]:
    return [
        Ask(f"{path}?a={OURS}&b={OURS}", in_scope()),
        Ask(f"{path}?b={OURS}", answers(SIGN_IN, DENIED, "404 previous_release_not_found", "200", DENIED, "200")),
        Ask(f"{path}?a={OURS}&b={SECRET}", secret()),
        Ask(f"{path}?a={SECRET}&b={OURS}", secret()),
        Ask(f"{path}?b={SECRET}", secret()),
        Ask(f"{path}?a={NOWHERE}&b={OURS}", secret(NO_RELEASE)),
    ]


def only_post(path: str, answer: Answers) -> list[Ask]:
    # The post comes last: it may sign the client out.
    return [Ask(path, anybody("405 method_not_allowed")), Ask(path, answer, "POST", {})]


_MISSING = anybody("400 invalid_parameter")
_VIEW = {"name": "Mine", "query": "phase=failed"}
_TOKEN = {"name": "Wallboard", "days": 30, "patterns": ["release:*"]}
_OWN_VIEW = answers(SIGN_IN, "404 not_found", "404 not_found", "200", "404 not_found", "404 not_found")

API: dict[str, list[Ask]] = {
    "api/": [Ask("/api/", anybody("200"), bad_token=BAD_TOKEN)],
    "api/schema/": [Ask("/api/schema/", anybody("200"), bad_token=BAD_TOKEN)],
    # A page for browsers, its 401 too.
    "api/docs/": [Ask("/api/docs/", anybody("200"), bad_token="401")],
    "api/auth/login/": only_post("/api/auth/login/", _MISSING),
    "api/auth/login/code/": only_post("/api/auth/login/code/", _MISSING),
    "api/auth/logout/": only_post("/api/auth/logout/", anybody("204")),
    "api/auth/logout/everywhere/": [
        Ask("/api/auth/logout/everywhere/", signed_in("405 method_not_allowed"), for_services=False),
        Ask("/api/auth/logout/everywhere/", signed_in("204"), "POST", for_services=False),
    ],
    "api/auth/me/": [Ask("/api/auth/me/", signed_in(), for_services=False)],
    # By a session alone: to tokens of every kind it is as to nobody.
    "api/auth/second-factor/": [Ask("/api/auth/second-factor/", signed_in(), for_tokens=False)],
    "api/auth/second-factor/set-up/": [
        Ask("/api/auth/second-factor/set-up/", signed_in("400 invalid_parameter"), "POST", {}, for_tokens=False)
    ],
    "api/auth/second-factor/confirm/": only_post("/api/auth/second-factor/confirm/", _MISSING),
    "api/auth/second-factor/recovery-codes/": only_post("/api/auth/second-factor/recovery-codes/", _MISSING),
    "api/auth/second-factor/turn-off/": only_post("/api/auth/second-factor/turn-off/", _MISSING),
    "api/auth/options/": [Ask("/api/auth/options/", anybody("200"))],
    # Nobody has set it up.
    "api/auth/oidc/start/": [Ask("/api/auth/oidc/start/", anybody("404 not_found"))],
    "api/auth/oidc/callback/": [Ask("/api/auth/oidc/callback/", anybody("404 not_found"))],
    "api/auth/service-tokens/": [
        Ask("/api/auth/service-tokens/", signed_in(), for_services=False),
        Ask("/api/auth/service-tokens/", signed_in("201"), "POST", _TOKEN, for_programs=False),
    ],
    "api/auth/service-tokens/<int:pk>/": [
        Ask("/api/auth/service-tokens/1/", signed_in("405 method_not_allowed"), for_services=False),
        # Everybody's own are told apart from those of others: this one is nobody's here.
        Ask("/api/auth/service-tokens/999999/", signed_in("404 not_found"), "DELETE", for_services=False),
    ],
    "api/auth/password/change/": [
        Ask("/api/auth/password/change/", signed_in("405 method_not_allowed"), for_services=False),
        Ask("/api/auth/password/change/", signed_in("400 invalid_parameter"), "POST", {}, for_services=False),
    ],
    "api/auth/password/forgotten/": only_post("/api/auth/password/forgotten/", _MISSING),
    "api/auth/password/reset/": only_post("/api/auth/password/reset/", _MISSING),
    "api/auth/token/": only_post("/api/auth/token/", _MISSING),
    "api/auth/token/refresh/": only_post("/api/auth/token/refresh/", _MISSING),
    "api/auth/token/verify/": only_post("/api/auth/token/verify/", _MISSING),
    "api/auth/token/blacklist/": only_post("/api/auth/token/blacklist/", _MISSING),
    "api/browser/login/": [Ask("/api/browser/login/", anybody("302 /login?next=/api/"))],
    "api/browser/logout/": [Ask("/api/browser/logout/", anybody("302 /login"), "POST")],
    "api/releases/": [
        Ask("/api/releases/", signed_in()),
        Ask("/api/releases/?include=rollup&page_size=1", signed_in()),
        Ask("/api/releases/?phase=succeeded", signed_in()),
        Ask("/api/releases/?search=secret", signed_in()),
        Ask("/api/releases/?page=2&page_size=2", signed_in()),
    ],
    "api/releases/counts/": [
        Ask("/api/releases/counts/", signed_in()),
        Ask("/api/releases/counts/?search=secret", signed_in()),
    ],
    "api/releases/<str:release_id>/": of_release("/api/releases/ID/"),
    "api/releases/<str:release_id>/hierarchy/": of_release("/api/releases/ID/hierarchy/"),
    "api/releases/<str:release_id>/previous/": of_release("/api/releases/ID/previous/"),
    "api/releases/<str:release_id>/export.json": of_release("/api/releases/ID/export.json"),
    "api/releases/<str:release_id>/export.csv": of_release("/api/releases/ID/export.csv"),
    "api/releases/<str:release_id>/entities/<str:entity_id>/": [
        *of_release(f"/api/releases/ID/entities/{SHARED_APP}/"),
        Ask(f"/api/releases/{OURS}/entities/{SECRET_APP}/", in_scope(NO_ENTITY)),
    ],
    "api/compare/": comparing("/api/compare/"),
    "api/compare/export.csv": comparing("/api/compare/export.csv"),
    "api/entities/<str:entity_id>/": [
        *of_release("/api/entities/ID/"),
        Ask(f"/api/entities/{SHARED_APP}/", in_scope("409 ambiguous_entity")),
        Ask(
            f"/api/entities/{SECRET_APP}/",
            answers(SIGN_IN, DENIED, NO_ENTITY, "409 ambiguous_entity", DENIED, "409 ambiguous_entity"),
        ),
    ],
    "api/views/": [
        Ask("/api/views/", signed_in(), for_services=False),
        Ask("/api/views/", signed_in("201"), "POST", _VIEW, for_services=False),
    ],
    "api/views/<int:pk>/": [
        Ask("/api/views/1000000/", _OWN_VIEW, for_services=False),
        Ask("/api/views/1000000/", _OWN_VIEW, "PUT", _VIEW, for_services=False),
        Ask("/api/views/1000000/", _OWN_VIEW, "PATCH", {"name": "Other"}, for_services=False),
        Ask("/api/views/1000000/", {**_OWN_VIEW, "viewer": "204"}, "DELETE", for_services=False),
    ],
    "api/^.*$": [Ask("/api/nothing/", anybody("404 not_found"))],
}

PAGES: dict[str, list[Ask]] = {
    "^(?P<url>api|admin)$": [Ask("/api", anybody("301 /api/")), Ask("/admin", anybody("301 /admin/"))],
    "favicon.ico": [Ask("/favicon.ico", anybody("302 /static/favicon.svg"))],
    "healthz": [Ask("/healthz", anybody("200"))],
    # The tests ask from this very machine; tests/api/test_metrics.py tells who else may.
    "metrics": [Ask("/metrics", anybody("200"))],
    "readyz": [Ask("/readyz", anybody("200"))],
    r"^(?!(?:api|admin|static|ws)/|(?:metrics|ws|static|robots\.txt)/?$).*$": [
        Ask("/", anybody("200")),
        # The app's page is the same for everybody: what stands on it, the API tells.
        Ask(f"/releases/{SECRET}", anybody("200")),
    ],
}


def admin(path: str, staff: str, superuser: str, method: str = "GET") -> Ask:
    """A page of the administration, where a token signs in nobody."""
    out = f"302 /admin/login/?{urlencode({'next': f'/admin/{path}'}, safe='/')}"
    return Ask(f"/admin/{path}", answers(out, out, out, out, staff, superuser), method)


def of_model(model: str, pk: object, **pages: tuple[str, str]) -> dict[str, list[Ask]]:
    """Each of a model's pages, as (staff, superuser) see it; those that nobody is kept from are 200 to both."""
    names = {"list": "", "add": "add/", "history": "<>history/", "delete": "<>delete/", "change": "<>change/"}
    rows = {}
    for name, path in names.items():
        route = f"admin/{model}/{path}".replace("<>", "<path:object_id>/")
        rows[route] = [admin(f"{model}/{path.replace('<>', f'{pk}/')}", *pages.get(name, ("200", "200")))]
    short = f"302 /admin/{model}/{pk}/change/"
    rows[f"admin/{model}/<path:object_id>/"] = [admin(f"{model}/{pk}/", short, short)]
    return rows


_NO = ("403", "403")
_READ_ONLY = {"list": ("403", "200"), "add": _NO, "history": ("403", "200"), "delete": _NO, "change": ("403", "200")}

ADMIN: dict[str, list[Ask]] = {
    "admin/login/": [
        Ask("/admin/login/", answers("302 /login?next=/admin/", "403", "403", "403", "302 /admin/", "302 /admin/"))
    ],
    "admin/": [admin("", "200", "200")],
    "admin/logout/": [
        Ask(
            "/admin/logout/",
            answers("302 /admin/", "302 /admin/", "302 /admin/", "302 /admin/", "302 /login", "302 /login"),
            "POST",
        ),
    ],
    # The portal's page, whoever asks.
    "admin/password_change/": [Ask("/admin/password_change/", anybody("302 /account"))],
    "admin/password_change/done/": [admin("password_change/done/", "200", "200")],
    "admin/autocomplete/": [admin("autocomplete/", "403", "403")],
    "admin/jsi18n/": [admin("jsi18n/", "200", "200")],
    "admin/r/<path:content_type_id>/<path:object_id>/": [admin("r/1/1/", "404", "404")],
    "admin/<app_label>/$": [admin("auth/", "200", "200")],
    "admin/(?P<url>.*)$": [admin("nothing/", "404", "404")],
    **of_model("accounts/user", 1),
    "admin/accounts/user/<id>/password/": [admin("accounts/user/1/password/", "200", "200")],
    # A role that gives rights: staff look at it.
    **of_model("auth/group", 1, delete=("403", "200")),
    "admin/auth/group/who-sees/": [admin(f"auth/group/who-sees/?release={NOWHERE}", "200", "200")],
    **of_model("accounts/servicetoken", 10**6, add=_NO, delete=("403", "200")),
    **of_model("accounts/externalidentity", 10**6, add=_NO, delete=("403", "200")),
    **of_model("accounts/failedsignin", 1, add=_NO),
    **of_model("releases/savedview", 10**6, add=_NO),
    # The records: for superusers, and for Administrators by their role, which this staff has not.
    **of_model("releases/accessrecord", RECORD, **_READ_ONLY),
    "admin/releases/accessrecord/export/": [admin("releases/accessrecord/export/", "403", "200")],
    **of_model("admin/logentry", 1, **_READ_ONLY),
}

MATRIX = API | PAGES | ADMIN

# An answer is "open", where it is read and asked for a new snapshot; or the error that it is told, whose status the
# close code tells too.
SOCKETS: dict[str, list[Ask]] = {
    "ws/releases/": [Ask("/ws/releases/", signed_in("open")), Ask("/ws/releases/?search=secret", signed_in("open"))],
    "ws/releases/<str:release_id>/": [
        Ask(f"/ws/releases/{OURS}/", in_scope("open")),
        Ask(f"/ws/releases/{SECRET}/", secret("open")),
        Ask(f"/ws/releases/{NOWHERE}/", secret(NO_RELEASE)),
    ],
    "": [Ask("/ws/nothing/", anybody("4404"))],
}
