"""Workflows as somebody else might have written them: only the names of the queries are shared with Relportal.

`HolderWorkflow` answers whatever it was started with. Answers are one flat mapping: `"get_release_state"` is what that
query answers without an argument, `"get_wave_state wave:w1"` what it answers to that argument; an argument that is not
there is answered with null. An answer is JSON, or one of these, which can't be written down as JSON:

- `{"$raise": "text"}` fails.
- `{"$bytes": "text"}` answers with bytes, which the SDK does not encode as JSON.
- `{"$padding": 3000000, …}` answers with the rest and that many characters more.
- `{"$exit": 1}` ends the worker's process, with that status.
- `{"$sleep": 1.5, …}` answers with the rest after as many seconds.
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError
from temporalio.worker import HandleQueryInput, Interceptor, WorkflowInboundInterceptor, WorkflowInterceptorClassInput

Answers = Mapping[str, Any]


def query_names(answers: Answers) -> set[str]:
    return {key.partition(" ")[0] for key in answers}


def answer(answers: Answers, query: str, argument: str | None) -> Any:
    given = answers.get(query if argument is None else f"{query} {argument}")
    if not isinstance(given, dict):
        return given
    rest = {name: value for name, value in given.items() if not name.startswith("$")}
    if "$raise" in given:
        raise RuntimeError(given["$raise"])
    if "$exit" in given:
        os._exit(given["$exit"])
    if "$bytes" in given:
        return given["$bytes"].encode()
    if "$sleep" in given:
        time.sleep(given["$sleep"])
    if "$padding" in given:
        rest["padding"] = "x" * given["$padding"]
    return rest


@workflow.defn
class HolderWorkflow:
    @workflow.init
    def __init__(self, answers: dict[str, Any]) -> None:
        self._end: str | None = None
        self._answers: dict[str, Any] = {}
        self.tell(answers)

    @workflow.run
    async def run(self, answers: dict[str, Any]) -> None:
        await workflow.wait_condition(lambda: self._end is not None)
        if self._end == "fail":
            raise ApplicationError("failed as told", non_retryable=True)
        if self._end == "continue_as_new":
            workflow.continue_as_new(self._answers)

    @workflow.signal
    def tell(self, answers: dict[str, Any]) -> None:
        """From now on answer so, too."""
        self._answers |= answers
        for name in query_names(answers):
            workflow.set_query_handler(name, self._handler(name))

    @workflow.signal
    def end(self, how: str) -> None:
        self._end = how

    def _handler(self, query: str) -> Callable[..., Any]:
        def handle(argument: str | None = None) -> Any:
            return answer(self._answers, query, argument)

        return handle


@workflow.defn
class HeedlessWorkflow:
    """Its queries take no argument, as those of an entity's own workflow do. The SDK drops one that is sent."""

    @workflow.init
    def __init__(self, answers: dict[str, Any]) -> None:
        self._answers = answers
        for name in query_names(answers):
            workflow.set_query_handler(name, self._handler(name))

    @workflow.run
    async def run(self, answers: dict[str, Any]) -> None:
        await workflow.wait_condition(lambda: False)

    def _handler(self, query: str) -> Callable[[], Any]:
        return lambda: answer(self._answers, query, None)


@workflow.defn
class AnythingWorkflow:
    """One handler for all queries, as the SDKs allow: it says of none that it is offered by name."""

    @workflow.init
    def __init__(self, answers: dict[str, Any]) -> None:
        self._answers = answers

    @workflow.run
    async def run(self, answers: dict[str, Any]) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.query(dynamic=True)
    def anything(self, name: str, args: Sequence[RawValue]) -> Any:
        argument = workflow.payload_converter().from_payload(args[0].payload, str) if args else None
        if name not in query_names(self._answers):
            raise RuntimeError(f"no {name} here")
        return answer(self._answers, name, argument)


class OldWorker(Interceptor):
    """Makes a worker one whose SDK does not know the query for a workflow's metadata."""

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002  # The SDK's name.
    ) -> type[WorkflowInboundInterceptor] | None:
        return _WithoutMetadata


class _WithoutMetadata(WorkflowInboundInterceptor):
    async def handle_query(self, input: HandleQueryInput) -> Any:  # noqa: A002  # The SDK's name.
        if input.query == "__temporal_workflow_metadata":
            raise RuntimeError(f"Query handler for '{input.query}' expected but not found")
        return await super().handle_query(input)
