"""What the OpenAPI document says of signing in and of errors."""

import pytest
from drf_spectacular.generators import SchemaGenerator

from releases.problems import TABLE
from releases.schema import EXAMPLES
from tests.problems import KEYS

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def document():
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.fixture(scope="module")
def operations(document):
    return [
        operation
        for operations in document["paths"].values()
        for method, operation in operations.items()
        if method in METHODS
    ]


def test_every_operation_has_a_name_of_its_own_a_tag_and_a_summary(operations):
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert {"login", "logout", "me", "token_obtain", "token_refresh", "token_verify", "token_blacklist"} <= set(names)
    assert all(operation["tags"] and operation["summary"] for operation in operations)


def test_every_error_is_the_one_component_with_examples_that_fit(document, operations):
    assert set(document["components"]["schemas"]["Problem"]["required"]) == KEYS
    for operation in operations:
        for status, answer in operation["responses"].items():
            if int(status) < 400:
                continue
            [(media_type, content)] = answer["content"].items()
            assert media_type == "application/problem+json"
            assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
            assert content["examples"]
            for example in content["examples"].values():
                assert example["value"]["status"] == int(status)
            assert ("Retry-After" in answer.get("headers", {})) == (status in ("429", "503"))


def test_every_operation_tells_of_500_and_406_and_of_401_where_it_wants_a_sign_in(operations):
    for operation in operations:
        assert {"406", "500"} <= set(operation["responses"])
        if operation.get("security", [{}]) and {} not in operation.get("security", [{}]):
            assert "401" in operation["responses"]


def test_every_body_tells_of_400_413_and_415(operations):
    for operation in operations:
        if "requestBody" in operation:
            assert {"400", "413", "415"} <= set(operation["responses"])


def test_both_ways_of_signing_in_are_named(document):
    schemes = document["components"]["securitySchemes"]
    assert (schemes["bearer"]["scheme"], schemes["bearer"]["bearerFormat"]) == ("bearer", "JWT")
    assert (schemes["session"]["in"], schemes["session"]["name"]) == ("cookie", "sessionid")
    assert document["paths"]["/api/auth/me/"]["get"]["security"] == [{"bearer": []}, {"session": []}]


def test_components_have_the_names_that_the_front_end_imports(document):
    assert {"Login", "Me", "Problem"} <= set(document["components"]["schemas"])


def test_a_session_is_written_with_the_csrf_token(document):
    for path in ("/api/auth/login/", "/api/auth/logout/"):
        [header] = document["paths"][path]["post"]["parameters"]
        assert (header["name"], header["in"], header["required"]) == ("X-CSRFToken", "header", True)


def test_every_code_has_an_example():
    undocumented = {problem.code for problem in TABLE.values()} - set(EXAMPLES)
    # Said by middleware and routes, before any operation: no operation documents them.
    assert undocumented == {"bad_request", "method_not_allowed"}


@pytest.mark.django_db
def test_the_page_needs_no_other_host(client):
    page = client.get("/api/docs/").content.decode()
    assert "swagger-ui-bundle.js" in page
    assert "https://" not in page
    assert "http://" not in page.replace("http://testserver", "")
