"""What a check-up can find wrong, and what to do about each: the words of `manage.py check_temporal`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from releases.domain import EntityType, ProblemCode
from releases.topology import HIERARCHY_QUERY


class Weight(StrEnum):
    """An error keeps something from readers; with a warning they see all of it, later or less well."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that can be wrong, wherever it is. `title` says what, `advice` what to change, in sentences."""

    code: str
    title: str
    advice: str
    weight: Weight = Weight.ERROR


# The way to Temporal, and to the releases

UNREACHABLE = Fault(
    "unreachable",
    "Temporal does not answer.",
    "See that it runs and that TEMPORAL_HOST is its address (host:port, of gRPC and not of the web UI). TLS has to be"
    " on where the server wants it, and off where it does not: TEMPORAL_TLS, TEMPORAL_TLS_CA, TEMPORAL_TLS_CERT and"
    " TEMPORAL_TLS_KEY; an API key turns it on.",
)
NO_NAMESPACE = Fault(
    "no_namespace",
    "Temporal has no such namespace.",
    "Set TEMPORAL_NAMESPACE to the one that your workflows run in; `temporal operator namespace list` names them.",
)
REFUSED = Fault(
    "credentials_refused",
    "Temporal refuses the credentials.",
    "Look at TEMPORAL_API_KEY, or TEMPORAL_TLS_CERT and TEMPORAL_TLS_KEY. They have to allow reading this namespace.",
)
LIST_QUERY_REFUSED = Fault(
    "list_query_refused",
    "Temporal does not take RELEASE_LIST_QUERY.",
    'Give it a visibility query without ORDER BY, such as WorkflowId STARTS_WITH "release:". `temporal workflow list'
    " --query …` tries one.",
)
UNLISTED = Fault(
    "list_unavailable",
    "Temporal could not list workflows.",
    "It answers otherwise: look at its visibility store and at its limits, then run this again.",
)
NO_RELEASES = Fault(
    "no_releases",
    "RELEASE_LIST_QUERY finds no release, so that nothing could be checked.",
    "Start a release, or change RELEASE_LIST_QUERY, RELEASE_WORKFLOW_ID_TEMPLATE or TEMPORAL_NAMESPACE.",
)
TOO_MANY = Fault(
    "list_query_broad",
    "RELEASE_LIST_QUERY finds more workflows than were looked through.",
    "The portal lists all of them when it starts: narrow the query where it finds more than releases.",
    Weight.WARNING,
)
STRANGERS = Fault(
    "not_releases",
    "RELEASE_LIST_QUERY finds workflows that are no releases; they are left out.",
    "Where they should be releases, call them as RELEASE_WORKFLOW_ID_TEMPLATE says (by default by the release's ID:"
    " release: and up to 200 letters, digits, dots, hyphens or underscores), or change the template. Else narrow the"
    " query.",
    Weight.WARNING,
)
NO_SUCH_RELEASE = Fault(
    "no_such_release",
    "There is no workflow of this release.",
    "Look at the ID, at RELEASE_WORKFLOW_ID_TEMPLATE, and at the namespace's retention, which may have deleted it.",
)
NOT_LISTED = Fault(
    "not_listed",
    "RELEASE_LIST_QUERY does not find this release, so that no list shows it.",
    "Widen the query, or give the workflow what the query asks for.",
)

# Workers, and what workflows offer

NO_WORKER = Fault(
    "no_worker",
    "No worker answers the queries of the workflow.",
    "Run a worker that polls its task queue and has its workflow type registered. Where one runs, the workflow's tasks"
    " may be failing: its history in Temporal's UI, and the worker's log, say why.",
)
NO_WORKER_ANY_MORE = Fault(
    "no_worker",
    "No worker answers the queries of a workflow that has ended.",
    "Keep a worker with its code on its task queue for as long as ended releases are to be seen: what a workflow last"
    " said can only be asked of one.",
)
OLD_WORKER = Fault(
    "offers_unknown",
    "The workflow does not say which queries it offers; they are tried one by one.",
    "A newer Temporal SDK says so by itself, of handlers that are registered by name. One dynamic handler for all"
    " queries says of none.",
    Weight.WARNING,
)
NOT_OFFERED = Fault(
    "not_offered",
    "A workflow does not offer the query that tells of its entity.",
    "Register a query handler of exactly this name, before the workflow first waits.",
)
NO_RELEASE_STATE = Fault(
    "no_release_state",
    f"A release offers {HIERARCHY_QUERY}, and not {EntityType.RELEASE.query}.",
    f"Offer {EntityType.RELEASE.query} too: the list asks each release for it.",
)

# How it answers

HIERARCHY_FAILED = Fault(
    "hierarchy_failed",
    f"{HIERARCHY_QUERY} fails; the tree is read level by level, which is slower.",
    "Mend what it raises. Where Temporal refused an answer over 2 MB, leave it out of releases of that size.",
    Weight.WARNING,
)
HIERARCHY_NO_OBJECT = Fault(
    "hierarchy_no_object",
    f"{HIERARCHY_QUERY} answers with something else than a JSON object; the tree is read level by level.",
    "Let it return the release's fields with waves, clusters, bundles and apps inside. Answers have to be plain JSON:"
    " an encrypting or compressing payload codec hides them.",
    Weight.WARNING,
)
LARGE = Fault(
    "large_answer",
    "An answer is more than half as large as Temporal lets through, which is 2 MB.",
    "Leave out what nobody needs, or spread the release over several workflows, before it grows.",
    Weight.WARNING,
)
SLOW = Fault(
    "slow",
    "A query is slow.",
    "Let it answer from what the workflow remembers, within milliseconds. A worker that has not the workflow in its"
    " cache replays its history first: continue as new before that is long, or give the worker a larger cache. Or the"
    " worker has too much to do: run more of them.",
    Weight.WARNING,
)
NOT_REACHED = Fault(
    "not_reached",
    "An entity could not be looked at, since another query was not answered in time.",
    "Mend that one first, then run this again.",
)

# What the answers say

UNKNOWN_STATE = Fault(
    "unknown_state",
    "A state that Relportal does not know is shown as unknown.",
    'Say what it means by RELEASE_STATE_PHASES, such as {"baking": "active", "app:held": "pending"}.',
    Weight.WARNING,
)
MISNAMED_FIELD = Fault(
    "misnamed_field",
    "A field that nobody knows has nearly the name of one that is missing.",
    "Give it the name of the contract, in snake_case. Any other field is kept as an extra one, and means nothing.",
    Weight.WARNING,
)
UNFINISHED = Fault(
    "unfinished",
    "A release's workflow has completed while its state says that it is still at it, which is shown for ever.",
    "Set the last state before the workflow returns; or let it fail where the release did.",
    Weight.WARNING,
)
ODD_TIMES = Fault(
    "odd_times",
    "Times can't be as told, so that no duration can be shown.",
    "Give created_at when work began and updated_at when the state last changed, by the workflow's own clock"
    " (workflow.now()) and with a time zone: a time without one is read as UTC.",
    Weight.WARNING,
)

BY_PROBLEM: Mapping[ProblemCode, Fault] = {
    ProblemCode.NOT_FOUND: Fault(
        "entity_not_found",
        "An entity is listed that no workflow tells of.",
        "Start a workflow whose ID is the entity's, or let the workflow above it answer for it; or list it only once it"
        " is there.",
    ),
    ProblemCode.QUERY_FAILED: Fault(
        "query_failed",
        "A query fails.",
        "Mend what it raises, which the worker's log has in full. A query must not raise for what it does not hold: it"
        " returns null. An answer over 2 MB is refused by Temporal.",
    ),
    ProblemCode.QUERY_TIMEOUT: Fault(
        "query_timeout",
        "A query is not answered in time, though a worker is there.",
        "Let it answer from what the workflow remembers, without waiting or computing. Or the worker has too much to"
        " do: run more of them. QUERY_TIMEOUT_SECONDS is how long is waited.",
    ),
    ProblemCode.WORKER_UNAVAILABLE: NO_WORKER,
    ProblemCode.TEMPORAL_UNAVAILABLE: Fault(
        "temporal_unavailable",
        "Temporal could not be asked, though it answered before.",
        "Look at its load and its limits (of requests per namespace), then run this again.",
    ),
    ProblemCode.INVALID_PAYLOAD: Fault(
        "invalid_payload",
        "An answer is not of the shape that the contract gives.",
        "Mend the field that is named. README.md lists the fields of each query under “What your workflows offer”."
        " Answers have to be plain JSON: an encrypting or compressing payload codec hides them.",
    ),
    ProblemCode.WRONG_TYPE: Fault(
        "wrong_type",
        "An entity is listed where its ID says that it can't stand.",
        "Releases list waves, waves clusters, clusters bundles, bundles apps; the part of an ID before the colon is its"
        " type. Nothing stands in itself.",
    ),
    ProblemCode.WRONG_ID: Fault(
        "wrong_id",
        "An answer is for another entity than was asked for.",
        "Return the entity that the argument names, with exactly its ID, and null for one that is not held.",
    ),
    ProblemCode.DUPLICATE: Fault(
        "duplicate", "An entity lists the same child twice; it is shown once.", "List each child once.", Weight.WARNING
    ),
    ProblemCode.ORPHANED: Fault(
        "orphaned",
        "An entity says that it belongs to another parent than the one that lists it.",
        "Mend the one or the other; the child may leave the field out.",
    ),
    ProblemCode.AMBIGUOUS: Fault(
        "ambiguous",
        "One ID stands in several places of a release, and only one state can be asked for by it.",
        f"Give them IDs of their own, or tell all of the release by {HIERARCHY_QUERY}.",
    ),
}
