import { describe, expect, it } from "vitest";
import { problem } from "@/test/fixtures";
import { ApiError, categoryOf, errorFromResponse, noAnswer, parseRetryAfter, sentenceOf, textOf } from "./errors";

const NOW = Date.parse("2025-11-22T10:00:00Z");

describe("an error of the API", () => {
  it.each([
    [401, "signed_out"],
    [403, "forbidden"],
    [404, "not_found"],
    [400, "invalid"],
    [409, "invalid"],
    [429, "unavailable"],
    [502, "unavailable"],
    [503, "unavailable"],
    [500, "unexpected"],
    [418, "invalid"],
  ])("of status %i is one that is %s", (status, category) => {
    expect(errorFromResponse(new Response(null, { status }), undefined).category).toBe(category);
  });

  it("takes sentence, code, request and fields from a problem body", () => {
    const body = problem(400, { errors: { email: ["Enter a valid address."] } });
    const error = errorFromResponse(new Response(null, { status: 400, headers: { "Retry-After": "7" } }), body);
    expect(error).toMatchObject({
      message: body.detail,
      code: "invalid_id",
      requestId: "req-7",
      retryAfterSeconds: 7,
      fields: { email: ["Enter a valid address."] },
    });
  });

  it("has a sentence of its own where the body is none of ours", () => {
    const error = errorFromResponse(new Response(null, { status: 502 }), "<html>");
    expect(error.message).toBe("Unable to load release information. Please try again.");
  });

  it("counts silence as a source that can't be read", () => {
    expect(noAnswer(new TypeError("Failed to fetch"))).toMatchObject({ status: 0, category: "unavailable" });
  });

  it("keeps a program's own errors from people", () => {
    const error = new TypeError("x is undefined");
    expect(categoryOf(error)).toBe("unexpected");
    expect(sentenceOf(error)).toBe("An unexpected error occurred. Please try again later.");
  });

  it.each([
    [401, "token_invalid", "Please log in again. It has expired.", "Please log in again.", "It has expired."],
    [429, "throttled", "Too many requests.", "Too many requests.", ""],
    [400, "invalid_parameter", "page: a number.", "This request could not be understood.", "page: a number."],
    [400, "invalid_id", "id: expected type:id.", "This is not the address of a release.", "id: expected type:id."],
  ])("of status %i and code %s has a short headline, and the rest below it", (status, code, detail, lead, rest) => {
    expect(textOf(new ApiError({ status, code, detail }))).toEqual({ lead, rest });
  });
});

describe("Retry-After", () => {
  it.each([
    ["5", 5],
    ["Sat, 22 Nov 2025 10:00:30 GMT", 30],
    ["Sat, 22 Nov 2025 09:00:00 GMT", 0],
    ["soon", null],
    [null, null],
  ])("%s is %s seconds", (header, seconds) => {
    expect(parseRetryAfter(header, NOW)).toBe(seconds);
  });
});

it("an ApiError is told apart by its type", () => {
  expect(new ApiError({ status: 500, code: "internal_error" })).toBeInstanceOf(Error);
});
