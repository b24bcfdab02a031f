"""The shape of an error, pinned once for every suite."""

from typing import Any

from django.http.response import HttpResponseBase

FIXED_SENTENCES = {
    401: "Please log in again.",
    403: "You don't have permission to view this resource.",
    503: "Unable to load release information. Please try again.",
    500: "An unexpected error occurred. Please try again later.",
}
KEYS = {"type", "title", "status", "detail", "code", "request_id", "retryable"}


def assert_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """That the response is this problem, whole and nothing else; its body."""
    body = assert_shape(response)
    assert (response.status_code, body["code"]) == (status, code), body
    return body


def assert_shape(response: HttpResponseBase) -> dict[str, Any]:
    assert response.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()  # type: ignore[attr-defined]  # The test client's addition.
    assert KEYS <= set(body) <= KEYS | {"errors", "candidates"}
    assert body["status"] == response.status_code
    assert body["type"] == f"urn:relportal:problem:{body['code']}"
    assert body["request_id"] == response.headers["X-Request-ID"]
    assert body["title"]
    assert body["detail"].startswith(FIXED_SENTENCES.get(response.status_code, ""))
    assert body["detail"].endswith(".")
    assert isinstance(body["retryable"], bool)
    assert ("WWW-Authenticate" in response.headers) == (response.status_code == 401)
    assert ("Retry-After" in response.headers) == (response.status_code in (429, 503))
    for field, sentences in body.get("errors", {}).items():
        assert isinstance(field, str)
        assert sentences
        assert all(isinstance(sentence, str) for sentence in sentences)
    return body
