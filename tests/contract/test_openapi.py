"""The OpenAPI document: whole, valid, and what the API really does."""

import json
from collections import Counter
from io import StringIO
from pathlib import Path
from urllib.parse import unquote

import pytest
import schemathesis
from django.core.cache import cache
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, settings, strategies
from schemathesis.checks import CHECKS, not_a_server_error
from schemathesis.specs.openapi.checks import positive_data_acceptance

from accounts import service_tokens
from accounts.models import ServiceToken
from releases.domain import RunStatus
from releases.models import SavedView
from releases.problems import PROBLEM_JSON
from releases.saved_views import QUERY_FORMAT
from releases.schema import EXAMPLES
from tests.api.samples import SMALL, TWICE, start, start_spread, start_whole
from tests.factories import SavedViewFactory

FRONTEND_COPY = Path("frontend/openapi.json")
METHODS = ("get", "post", "put", "patch", "delete")
DOCUMENT = SchemaGenerator().get_schema(request=None, public=True)
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}

each_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)


@pytest.fixture(scope="module")
def generated():
    """What the command writes that `make schema` runs. It fails for a warning, and for an invalid document."""
    written = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, format="openapi-json", stdout=written)
    return json.loads(written.getvalue())


class TestDocument:
    def test_it_is_made_without_a_warning_and_is_valid(self, generated):
        assert generated["openapi"].startswith("3.")
        assert generated["paths"]

    def test_the_front_end_has_the_same(self, generated):
        same = json.loads(FRONTEND_COPY.read_text()) == generated
        assert same, f"{FRONTEND_COPY} is out of date: run make schema, and commit what it writes."

    @pytest.mark.parametrize("accept", ["application/json", "application/vnd.oai.openapi+json"])
    def test_it_is_served_to_anybody(self, anonymous, generated, accept):
        response = anonymous.get("/api/schema/", headers={"Accept": accept})
        assert response.status_code == 200
        assert json.loads(response.content)["paths"] == generated["paths"]

    def test_its_page_needs_nothing_from_elsewhere(self, anonymous):
        page = anonymous.get("/api/docs/", headers={"Accept": "text/html"}).content.decode()
        assert "swagger-ui" in page
        assert "https://" not in page
        assert "//cdn" not in page

    def test_it_names_all_routes_of_the_design(self):
        assert set(OPERATIONS) >= {
            "POST /api/auth/login/",
            "POST /api/auth/logout/",
            "GET /api/auth/me/",
            "POST /api/auth/token/",
            "POST /api/auth/token/refresh/",
            "POST /api/auth/token/verify/",
            "POST /api/auth/token/blacklist/",
            "GET /api/releases/",
            "GET /api/releases/counts/",
            "GET /api/releases/{release_id}/",
            "GET /api/releases/{release_id}/hierarchy/",
            "GET /api/releases/{release_id}/entities/{entity_id}/",
            "GET /api/entities/{entity_id}/",
            "GET /api/views/",
            "POST /api/views/",
            "GET /api/views/{id}/",
            "PUT /api/views/{id}/",
            "PATCH /api/views/{id}/",
            "DELETE /api/views/{id}/",
            "GET /api/compare/",
        }

    def test_operation_ids_are_unique_and_read_well(self):
        ids = [operation["operationId"] for operation in OPERATIONS.values()]
        assert len(set(ids)) == len(ids)
        assert all(name.isidentifier() and name.islower() for name in ids)

    @each_operation
    def test_an_operation_is_explained(self, operation):
        assert operation["summary"]
        assert operation["description"]
        assert operation["tags"]

    @each_operation
    def test_its_errors_have_the_one_shape_and_an_example_of_each_code(self, operation):
        errors = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
        assert {"406", "500"} <= set(errors)
        for status, answer in errors.items():
            [media_type] = answer["content"]
            assert media_type == PROBLEM_JSON
            assert answer["content"][media_type]["schema"] == {"$ref": "#/components/schemas/Problem"}
            examples = answer["content"][media_type]["examples"].values()
            assert examples
            for example in examples:
                assert str(example["value"]["status"]) == status
                assert example["value"] == EXAMPLES[example["value"]["code"]].body(example["value"]["request_id"])

    @each_operation
    def test_who_must_sign_in_is_said(self, operation):
        secured = any(operation.get("security", []))
        assert ("not_authenticated" in json.dumps(operation["responses"].get("401", {}))) is secured

    def test_every_parameter_of_the_list_says_what_it_takes(self):
        parameters = {p["name"]: p for p in OPERATIONS["GET /api/releases/"]["parameters"] if p["in"] == "query"}
        assert {"page", "page_size", "search", "phase", "state", "status", "ordering", "include"} <= set(parameters)
        for name in ("search", "phase", "state", "status", "include"):
            assert "osts" in parameters[name]["description"], f"{name} doesn't say what it costs"


# What the API really answers


@pytest.fixture
def releases(fake_temporal):
    """All kinds of releases, some within the scope of `release:2025*`; the examples of the document among them."""
    tree = {"wave:w1": {"cluster:eu-west": {"bundle:core": {"app:api-gateway": "running", "app:web": "failed"}}}}
    start_whole(fake_temporal, "release:2025.11-payments", tree)
    start_whole(fake_temporal, "release:2025.10-twice", TWICE)
    start_spread(fake_temporal, "release:2025.09-spread", SMALL)
    start(fake_temporal, "release:2025.08-empty", "x" * 200)
    fake_temporal.start("release:2025.07-broken")
    fake_temporal.start(
        "release:2025.06-odd", {"get_release_state": {"id": 1, "waves": [{}], "wave_ids": ["a", "b:c"]}}
    )
    partial = {"id": "release:2025.05-partial", "state": "x", "wave_ids": ["wave:gone", "app:web"], "more": {"a": [1]}}
    fake_temporal.start("release:2025.05-partial", {"get_release_state": partial})
    for status in (
        RunStatus.COMPLETED,
        RunStatus.FAILED,
        RunStatus.TERMINATED,
        RunStatus.TIMED_OUT,
        RunStatus.CANCELED,
    ):
        start_whole(fake_temporal, f"release:2025.04-{status.value.lower()}", TWICE)
        fake_temporal.end(f"release:2025.04-{status.value.lower()}", status)
    start_whole(fake_temporal, "release:2025.03-continued")
    fake_temporal.continue_as_new("release:2025.03-continued")
    secret_tree = {"wave:w1": {"cluster:eu-west": {"bundle:core": {"app:web": "running", "app:hush": "concealed"}}}}
    start_whole(fake_temporal, "release:2024.12-out-of-scope", secret_tree)
    start_whole(fake_temporal, "release:2024.11-out-of-scope", secret_tree)
    fake_temporal.end("release:2024.11-out-of-scope")
    return fake_temporal


@pytest.fixture
def scoped(make_user):
    return make_user("scoped@example.com", scopes=("release:2025*",))


def undocumented(value, schema, where=""):
    """Where an answer holds fields that the document doesn't name, or lacks fields that it does."""
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from undocumented(item, schema["items"], f"{where}[{index}]")
    elif isinstance(value, dict) and "properties" in schema:
        yield from (f"{where}.{name} is not documented" for name in value.keys() - schema["properties"].keys())
        yield from (f"{where}.{name} is missing" for name in set(schema.get("required", ())) - value.keys())
        for name in value.keys() & schema["properties"].keys():
            yield from undocumented(value[name], schema["properties"][name], f"{where}.{name}")
    elif isinstance(value, dict):
        for inner in schema.get("allOf", ()):
            yield from undocumented(value, inner, where)


LIST_QUERIES = strategies.lists(
    strategies.sampled_from(["phase=failed", "search=pay%26", "status=RUNNING,FAILED", "ordering=-id", "page=2"]),
    unique=True,
).map("&".join)
schemathesis.openapi.format(QUERY_FORMAT, LIST_QUERIES)

# As the running app serves it, and with the app behind it.
API = schemathesis.openapi.from_wsgi("/api/schema/", get_wsgi_application())


@pytest.fixture
def _open_database(db):
    """A request ends with closing the database, and with it the test's transaction: not so here, nor with Django's own
    test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


RELEASES = "/api/releases/"
COUNTS = "/api/releases/counts/"
RELEASE = "/api/releases/{release_id}/"
TREE = "/api/releases/{release_id}/hierarchy/"
FILE = "/api/releases/{release_id}/export.json"
PREVIOUS = "/api/releases/{release_id}/previous/"
COMPARE = "/api/compare/"
ENTITY = "/api/releases/{release_id}/entities/{entity_id}/"
FIND = "/api/entities/{entity_id}/"
VIEWS = "/api/views/"
VIEW = "/api/views/{id}/"
IN_SCOPE = [
    "release:2025.11-payments",
    "release:2025.10-twice",
    "release:2025.09-spread",
    "release:2025.08-empty",
    "release:2025.06-odd",
    "release:2025.05-partial",
    "release:2025.04-completed",
    "release:2025.04-failed",
    "release:2025.04-terminated",
    "release:2025.04-timed_out",
    "release:2025.04-canceled",
    "release:2025.03-continued",
]


class TestAnswers:
    """Of the routes of releases, each checked against the document: by a validator, and field by field."""

    @pytest.fixture
    def ask(self, _open_database, releases, bearer, scoped):
        headers = bearer(scoped)

        def ask(template, status=200, query=None, **path_parameters):
            case = API[template]["GET"].Case(path_parameters=path_parameters, query=query)
            response = case.call(headers=headers)
            assert response.status_code == status, response.text
            # A 503 is an answer, where it was asked for.
            case.validate_response(response, headers=headers, excluded_checks=[not_a_server_error])
            media_type = PROBLEM_JSON if status >= 400 else "application/json"
            assert response.headers["content-type"] == [media_type]
            schema = OPERATIONS[f"GET {template}"]["responses"][str(status)]["content"][media_type]["schema"]
            assert list(undocumented(response.json(), schema)) == []
            return response.json()

        return ask

    @pytest.mark.parametrize(
        "query", [{}, {"include": ["rollup"]}, {"page_size": 1}, {"page": 99}, {"phase": ["active", "unknown"]}]
    )
    def test_the_list(self, ask, query):
        body = ask(RELEASES, query=query)
        assert body["count"] >= 1

    @pytest.mark.parametrize("query", [{}, {"search": "2025.04", "status": ["TERMINATED", "FAILED"], "state": ["x"]}])
    def test_the_counts(self, ask, query):
        body = ask(COUNTS, query=query)
        assert body["total"] == (0 if query else len(IN_SCOPE) + 1)  # One can't be read at all.

    @pytest.mark.parametrize("release_id", IN_SCOPE)
    def test_a_release_and_its_tree(self, ask, release_id):
        assert ask(RELEASE, release_id=release_id)["id"] == release_id
        assert ask(TREE, release_id=release_id)["id"] == release_id
        assert ask(FILE, release_id=release_id)["id"] == release_id

    @pytest.mark.parametrize(
        "entity_id", ["release:2025.09-spread", "wave:w1", "wave:w2", "cluster:us-east", "bundle:edge", "app:proxy"]
    )
    def test_an_entity(self, ask, entity_id):
        assert ask(ENTITY, release_id="release:2025.09-spread", entity_id=entity_id)["id"] == entity_id

    def test_an_entity_found_by_its_id_alone(self, ask):
        assert ask(FIND, entity_id="app:api-gateway")["release_id"] == "release:2025.11-payments"

    def test_saved_views(self, ask, scoped):
        view = SavedViewFactory(user=scoped)
        assert ask(VIEWS) == [ask(VIEW, id=view.pk)]
        assert ask(VIEW, 404, id=view.pk + 1)["code"] == "not_found"

    @pytest.mark.parametrize("release_id", IN_SCOPE)
    def test_a_comparison_and_what_is_best_compared_with(self, ask, release_id):
        query = {"a": "release:2025.10-twice", "b": release_id, "include": ["unchanged"]}
        assert ask(COMPARE, query=query)["b"]["id"] == release_id
        assert ask(PREVIOUS, release_id=release_id).keys() == {"previous", "same_line"}

    def test_what_goes_wrong(self, ask, releases, settings):
        settings.RELPORTAL = settings.RELPORTAL.model_copy(update={"QUERY_TIMEOUT_SECONDS": 0.3})
        codes = {
            ask(RELEASES, 400, query={"page": 0})["code"],
            ask(COUNTS, 400, query={"status": ["x"]})["code"],
            ask(RELEASE, 400, release_id="rel:1")["code"],
            ask(RELEASE, 403, release_id="release:2024.12-out-of-scope")["code"],
            ask(TREE, 404, release_id="release:2025.00")["code"],
            ask(ENTITY, 404, release_id="release:2025.11-payments", entity_id="app:nothing")["code"],
            ask(ENTITY, 409, release_id="release:2025.10-twice", entity_id="app:api")["code"],
            ask(RELEASE, 503, release_id="release:2025.07-broken")["code"],
            ask(COMPARE, 400)["code"],
            ask(COMPARE, 404, query={"b": "release:2025.11-payments"})["code"],
        }
        releases.stop_worker()
        codes.add(ask(TREE, 503, release_id="release:2025.09-spread")["code"])
        releases.is_up = False
        codes |= {ask(RELEASES, 503)["code"], ask(COUNTS, 503)["code"]}
        assert codes == {
            "invalid_parameter",
            "invalid_id",
            "permission_denied",
            "release_not_found",
            "entity_not_found",
            "ambiguous_entity",
            "previous_release_not_found",
            "query_failed",
            "worker_unavailable",
            "temporal_unavailable",
        }


HIDDEN = ("out-of-scope", "hush", "concealed")
"""What stands nowhere but in what the scoped viewer may not see: parts of IDs, states, names of others' things."""

SECRET_IDS = {"release_id": "release:2024.12-out-of-scope", "entity_id": "app:hush"}

CASES: Counter[str] = Counter()
"""How many each operation was asked with."""

LEAST_CASES = 2_000


@pytest.fixture
def _others(make_user):
    """Somebody else, who sees all, and what they keep here."""
    other = make_user("hush@example.com", full_name="Concealed", scopes=("release:*",))
    SavedViewFactory(pk=10**6, user=other, name="Concealed")
    service_tokens.make(other, name="Concealed", days=1, roles=[], patterns=["release:2024.12-out-of-scope"])


def of_secrets(case):
    """The same, asked about what is out of scope."""

    def with_secrets(given, names):
        return given | {name: SECRET_IDS[kind] for name, kind in names.items() if name in given}

    path = with_secrets(dict(case.path_parameters), dict(zip(SECRET_IDS, SECRET_IDS, strict=True)))
    query = case.query
    if isinstance(query, dict):
        query = with_secrets(query, {"a": "release_id", "b": "release_id", "search": "entity_id"})
    return case.operation.Case(
        method=case.method,
        path_parameters=path,
        query=query,
        headers=case.headers,
        cookies=case.cookies,
        body=case.body,
        media_type=case.media_type,
    )


def assert_nothing_hidden_is_told(response):
    """Not in the body, nor in a header: but what was asked may be said again."""
    told = f"{response.headers}\n{response.text}".lower()
    asked = f"{unquote(response.request.url)}\n{response.request.body}".lower()
    assert [word for word in HIDDEN if word in told and word not in asked] == []


@API.parametrize()
@settings(
    max_examples=60,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@pytest.mark.usefixtures("_open_database", "releases", "_others")
def test_whatever_is_asked_the_answer_is_as_documented(case, scoped, bearer):
    """By a scoped viewer, with good and with bad input; every check there is is on. Nothing is told of what is out of
    scope, whether it is asked about or not."""
    CASES[case.operation.label] += 1
    cache.clear()  # Sign-ins are throttled: that has tests of its own.
    SavedView.objects.filter(user=scoped).delete()  # So do names that are taken.
    ServiceToken.objects.filter(user=scoped).delete()  # There may be so many.
    SavedViewFactory(pk=1, user=scoped)
    # Rules of passwords, which links are good, that one of two lists must hold something: a schema can't say it.
    is_beyond_schema = case.path.startswith(("/api/auth/password/", "/api/auth/service-tokens/"))
    beyond_schema = [positive_data_acceptance] if is_beyond_schema else []
    headers = bearer(scoped)
    assert_nothing_hidden_is_told(case.call_and_validate(headers=headers, excluded_checks=beyond_schema))
    answer = of_secrets(case).call(headers=headers)
    assert answer.status_code < 500
    assert_nothing_hidden_is_told(answer)


def test_that_is_asked_often_enough():
    if CASES.keys() < OPERATIONS.keys():
        pytest.skip("Not all operations were asked in this run.")
    assert CASES.total() >= LEAST_CASES


def test_every_check_is_on():
    names = {check.__name__ for check in CHECKS.get_all()}
    assert names >= {"not_a_server_error", "response_schema_conformance", "ignored_auth", "unsupported_method"}
