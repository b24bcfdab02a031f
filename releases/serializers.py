"""The shapes of the API: what `representation` makes, for the OpenAPI document; and the list's parameters.

Answers are not run through these: a tree of 1,000 entities would take ten times as long. A contract test holds each
answer against the document instead.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.http import QueryDict
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from releases.domain import ENTITY_ID_PATTERN, EntityType, Freshness, HoldUp, RunStatus
from releases.listing import DEFAULT_ORDERING, ORDERINGS, ListQuery
from releases.phases import Phase

Shape = serializers.Serializer[Any]


def _id(**options: Any) -> serializers.CharField:
    return serializers.RegexField(ENTITY_ID_PATTERN, **options)


def choices_of(values: Any) -> list[str]:
    return [value.value for value in values]


RUN_STATUSES = [status.value for status in RunStatus if status is not RunStatus.CONTINUED_AS_NEW]
"""A release that continued as new runs on."""


class CountsByPhaseSerializer(Shape):
    pending = serializers.IntegerField(min_value=0)
    active = serializers.IntegerField(min_value=0)
    succeeded = serializers.IntegerField(min_value=0)
    failed = serializers.IntegerField(min_value=0)
    stopped = serializers.IntegerField(min_value=0)
    unknown = serializers.IntegerField(min_value=0)


class RollupSerializer(CountsByPhaseSerializer):
    """Counts of apps by phase, at or below the entity."""

    total = serializers.IntegerField(min_value=0)


class EntityProblemSerializer(Shape):
    """What is wrong with this one entity."""

    code = serializers.CharField()
    detail = serializers.CharField(help_text="A sentence for people.")


class HeldBySerializer(Shape):
    """The one entity that holds up its release, or a wave of it."""

    kind = serializers.ChoiceField(
        choices_of(HoldUp),
        help_text="`failed`: it failed first. `active`: it has been at it for longest. `waiting`: it is the wave that "
        "has to end, or to begin, before there is anything to do.",
    )
    path = serializers.CharField(help_text="Where it stands; empty where the release holds up itself.")
    entity_id = _id()
    names = serializers.ListField(
        child=serializers.CharField(),
        help_text="The names of the entities along the path; the part of the ID after the colon where there is none.",
    )
    state = serializers.CharField(allow_null=True)
    message = serializers.CharField(allow_null=True, help_text="Its error message.")
    since = serializers.DateTimeField(
        allow_null=True, help_text="When it came to be in that state; null where nobody tells."
    )


class StandsAtSerializer(Shape):
    """The wave that a release has come to."""

    wave = serializers.IntegerField(min_value=1, help_text="The number of the wave, in order, from 1.")
    of = serializers.IntegerField(min_value=1, help_text="How many waves there are.")


class _EntityFields(Shape):
    id = _id()
    type = serializers.ChoiceField(choices_of(EntityType))
    path = serializers.CharField(
        help_text="Where it stands in its release: the IDs from the wave down, joined by `/`. Empty for the release."
    )
    name = serializers.CharField(allow_null=True)
    state = serializers.CharField(allow_null=True, help_text="As its workflow gives it; null where it can't be read.")
    phase = serializers.ChoiceField(choices_of(Phase), help_text="Our reading of the state.")
    reported_state = serializers.CharField(
        allow_null=True, help_text="What the workflow last said, where the end of its run overrides it."
    )
    error_message = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField(allow_null=True)
    workflow_id = serializers.CharField(allow_null=True, help_text="The workflow that answers for it.")
    workflow_url = serializers.CharField(allow_null=True, help_text="That workflow in Temporal's UI, where configured.")
    problem = EntityProblemSerializer(allow_null=True)
    extra = serializers.DictField(help_text="What else its workflow tells of it.")


class AppSerializer(_EntityFields):
    bundle_id = _id()
    version = serializers.CharField(allow_null=True)
    rollup = RollupSerializer()


class BundleSerializer(_EntityFields):
    cluster_id = _id()
    rollup = RollupSerializer()
    apps = AppSerializer(many=True)


class ClusterSerializer(_EntityFields):
    wave_id = _id()
    rollup = RollupSerializer()
    bundles = BundleSerializer(many=True)


class WaveSerializer(_EntityFields):
    release_id = _id()
    sequence = serializers.IntegerField(allow_null=True)
    rollup = RollupSerializer()
    held_by = HeldBySerializer(allow_null=True, help_text="What holds this wave up; null where nothing does.")
    clusters = ClusterSerializer(many=True)


class ReleaseSerializer(_EntityFields):
    status = serializers.ChoiceField(
        RUN_STATUSES,
        help_text="How its workflow run stands, in Temporal's words.",
    )
    run_id = serializers.CharField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    rollup = RollupSerializer(
        allow_null=True, help_text="Null unless asked for, or where it could not be read in time."
    )
    held_by = HeldBySerializer(
        allow_null=True, help_text="What holds it up; null where nothing does, and wherever `rollup` is null."
    )
    stands_at = StandsAtSerializer(
        allow_null=True, help_text="How far it has come; null where it has no waves, and wherever `rollup` is null."
    )
    url = serializers.CharField()


class _Confirmed(Shape):
    version = serializers.IntegerField(
        min_value=0, help_text="Grows by one with each change of a live tree; 0 where the tree is not live."
    )
    as_of = serializers.DateTimeField(help_text="When Temporal last confirmed what is shown.")
    freshness = serializers.ChoiceField(choices_of(Freshness))


class HierarchySerializer(_Confirmed, ReleaseSerializer):
    waves = WaveSerializer(many=True)
    rollup = RollupSerializer()


class EntitySerializer(_EntityFields):
    """One entity out of its tree, with the IDs of what it holds."""

    rollup = RollupSerializer()
    held_by = HeldBySerializer(allow_null=True, required=False, help_text="Of a release or a wave.")
    stands_at = StandsAtSerializer(allow_null=True, required=False, help_text="Of a release.")
    release_id = _id()
    wave_id = _id(required=False)
    cluster_id = _id(required=False)
    bundle_id = _id(required=False)
    sequence = serializers.IntegerField(allow_null=True, required=False)
    version = serializers.CharField(allow_null=True, required=False)
    wave_ids = serializers.ListField(child=_id(), required=False)
    cluster_ids = serializers.ListField(child=_id(), required=False)
    bundle_ids = serializers.ListField(child=_id(), required=False)
    app_ids = serializers.ListField(child=_id(), required=False)
    as_of = serializers.DateTimeField()
    freshness = serializers.ChoiceField(choices_of(Freshness))


@extend_schema_serializer(many=False)
class PaginatedReleaseListSerializer(Shape):
    """One page: not an array of them, as the document would make of an operation that lists."""

    count = serializers.IntegerField(min_value=0, help_text="Releases in the caller's scope that the filters leave.")
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ReleaseSerializer(many=True)


class PhaseCountsSerializer(Shape):
    """How many of the releases in the caller's scope, which the filters leave, are in each phase."""

    total = serializers.IntegerField(min_value=0, help_text="All of them: the phases and `unread`.")
    phases = CountsByPhaseSerializer()
    unread = serializers.IntegerField(
        min_value=0, help_text="Those whose phase could not be told in time. Asked again, it can be told of more."
    )
    as_of = serializers.DateTimeField(help_text="Since when nothing of what is counted was confirmed.")


class Names(serializers.Field[list[str], str, Any, Any]):
    """Names divided by commas, each one of `choices` where there are any; case does not matter."""

    def __init__(self, choices: Iterable[str] = (), **options: Any) -> None:
        super().__init__(default=list, **options)
        self._choices = {choice.lower(): choice for choice in choices}

    def to_internal_value(self, data: str) -> list[str]:
        names = [name.strip().lower() for name in data.split(",") if name.strip()]
        if not self._choices:
            return names
        for name in names:
            if name not in self._choices:
                raise serializers.ValidationError(f"Expected one or more of {', '.join(self._choices.values())}.")
        return [self._choices[name] for name in names]


class ReadParameters(Shape):
    """The query parameters of what reads one release."""

    fresh = serializers.BooleanField(default=False)

    @classmethod
    def parse(cls, given: QueryDict) -> bool:
        """Whether Temporal is to be asked in any case. Raises ValidationError for what is no boolean."""
        parameters = cls(data={name: given[name] for name in ("fresh",) if name in given})
        parameters.is_valid(raise_exception=True)
        fresh: bool = parameters.validated_data["fresh"]
        return fresh


class ExportParameters(Shape):
    """The query parameters of files."""

    fresh = serializers.BooleanField(default=False)
    pretty = serializers.BooleanField(default=False)
    bom = serializers.BooleanField(default=False)

    @classmethod
    def parse(cls, given: QueryDict) -> dict[str, bool]:
        """Raises ValidationError for what is no boolean."""
        parameters = cls(data={name: given[name] for name in ("fresh", "pretty", "bom") if name in given})
        parameters.is_valid(raise_exception=True)
        values: dict[str, bool] = parameters.validated_data
        return values


class CountParameters(Shape):
    """The query parameters of what counts releases: the filters that the list has besides the phase."""

    search = serializers.CharField(max_length=250, default="", allow_blank=True)
    state = Names()
    status = Names(RUN_STATUSES)

    @classmethod
    def parse(cls, given: QueryDict) -> ListQuery:
        """Raises ValidationError, naming each parameter that is not as expected or not known."""
        parameters = cls(data={name: ",".join(given.getlist(name)) for name in given if name != "format"})
        unknown = [name for name in parameters.initial_data if name not in parameters.fields]
        parameters.is_valid(raise_exception=not unknown)
        if unknown:
            sentence = f"Not a parameter here: expected some of {', '.join(parameters.fields)}."
            raise serializers.ValidationError({**parameters.errors, **{name[:50]: [sentence] for name in unknown}})
        return cls.query(parameters.validated_data)

    @staticmethod
    def query(values: dict[str, Any]) -> ListQuery:
        """What was asked for, where it is as expected."""
        return ListQuery(
            search=values["search"],
            states=frozenset(values["state"]),
            statuses=frozenset(map(RunStatus, values["status"])),
        )


class ListParameters(CountParameters):
    """The list's query parameters."""

    page = serializers.IntegerField(min_value=1, max_value=1_000_000, default=1)
    page_size = serializers.IntegerField(min_value=1, max_value=100, default=20)
    phase = Names(choices_of(Phase))
    ordering = serializers.ChoiceField(
        [f"{sign}{name}" for name in ORDERINGS for sign in ("", "-")], default=DEFAULT_ORDERING
    )
    include = Names(["rollup"])

    @staticmethod
    def query(values: dict[str, Any]) -> ListQuery:
        return replace(
            CountParameters.query(values),
            page=values["page"],
            page_size=values["page_size"],
            phases=frozenset(map(Phase, values["phase"])),
            ordering=values["ordering"],
            with_rollups="rollup" in values["include"],
        )
