"""The shapes of comparisons: what `representation` makes, for the OpenAPI document; and their parameters."""

from typing import Any

from django.http import QueryDict
from rest_framework import serializers

from releases.comparison import Aspect, Chosen, Match
from releases.domain import ENTITY_ID_PATTERN, EntityType, Freshness
from releases.phases import Phase
from releases.serializers import (
    EntityProblemSerializer,
    Names,
    ReleaseSerializer,
    RollupSerializer,
    Shape,
    choices_of,
)


class PreviousReleaseSerializer(Shape):
    """The release that another is best compared with."""

    previous = ReleaseSerializer(
        allow_null=True, help_text="The newest that started before it and succeeded; null where there is none."
    )
    same_line = serializers.BooleanField(
        allow_null=True,
        help_text="Whether its ID differs in the version alone; else it is the newest of all that you may see.",
    )


class ComparandSerializer(ReleaseSerializer):
    """One of two releases that are compared."""

    rollup = RollupSerializer()
    freshness = serializers.ChoiceField(choices_of(Freshness))


class ComparedAppSerializer(Shape):
    """An app as one of two releases holds it."""

    id = serializers.RegexField(ENTITY_ID_PATTERN)
    path = serializers.CharField()
    version = serializers.CharField(allow_null=True)
    state = serializers.CharField(allow_null=True)
    phase = serializers.ChoiceField(choices_of(Phase))
    duration_seconds = serializers.FloatField(
        allow_null=True, help_text="Of what is over: from `created_at` to `updated_at`."
    )
    error_message = serializers.CharField(allow_null=True)
    problem = EntityProblemSerializer(allow_null=True)


class ComparedSerializer(Shape):
    """An app as two releases hold it, or one of them alone."""

    match = serializers.ChoiceField(choices_of(Match), help_text="Which of the two hold it.")
    names = serializers.ListField(
        child=serializers.CharField(), help_text="Those along its path, as B calls them where B has it."
    )
    differs = serializers.ListField(
        child=serializers.ChoiceField(choices_of(Aspect)),
        help_text="In what. `duration`: by more than two seconds and a tenth of the longer. `unread`: nobody knows, as "
        "one of them, or what should hold it, can't be read. Empty where one release alone has it.",
    )
    within = serializers.CharField(
        allow_null=True, help_text="The path, in `only_in_one`, of what holds it and is in the same release alone."
    )
    a = ComparedAppSerializer(allow_null=True)
    b = ComparedAppSerializer(allow_null=True)


class OnlyInOneSerializer(Shape):
    """A wave, cluster or bundle that one release alone has, all above it being in both."""

    match = serializers.ChoiceField([Match.A.value, Match.B.value])
    type = serializers.ChoiceField(choices_of(EntityType))
    id = serializers.RegexField(ENTITY_ID_PATTERN)
    path = serializers.CharField()
    names = serializers.ListField(child=serializers.CharField())
    apps = serializers.IntegerField(min_value=0, help_text="How many it holds.")
    unread = serializers.BooleanField(
        help_text="Whether the other release can't be read there, so that it may well have it, too."
    )


class CountsSerializer(Shape):
    """Of the apps of both releases, each counted once; one that differs in several ways counts with each."""

    apps = serializers.IntegerField(min_value=0)
    unchanged = serializers.IntegerField(min_value=0)
    version = serializers.IntegerField(min_value=0)
    state = serializers.IntegerField(min_value=0)
    phase = serializers.IntegerField(min_value=0)
    duration = serializers.IntegerField(min_value=0)
    unread = serializers.IntegerField(min_value=0)
    only_a = serializers.IntegerField(min_value=0)
    only_b = serializers.IntegerField(min_value=0)


class ComparisonSerializer(Shape):
    """What differs between two releases."""

    as_of = serializers.DateTimeField(help_text="When Temporal last confirmed the older of the two readings.")
    chosen = serializers.ChoiceField(
        choices_of(Chosen),
        help_text="How `a` was chosen: by the caller; as the last of B's line that succeeded; as the last of all.",
    )
    a = ComparandSerializer()
    b = ComparandSerializer()
    counts = CountsSerializer()
    only_in_one = OnlyInOneSerializer(many=True)
    apps = ComparedSerializer(many=True)


class CompareParameters(Shape):
    """The query parameters of a comparison. `a` is None where it was left out or empty."""

    a = serializers.CharField(default=None, allow_blank=True)
    b = serializers.CharField()
    fresh = serializers.BooleanField(default=False)
    include = Names(["unchanged"])
    bom = serializers.BooleanField(default=False)

    @classmethod
    def parse(cls, given: QueryDict) -> dict[str, Any]:
        """Raises ValidationError, naming each parameter that is not as expected."""
        names = ("a", "b", "fresh", "include", "bom")
        parameters = cls(data={name: given[name] for name in names if name in given})
        parameters.is_valid(raise_exception=True)
        values = parameters.validated_data
        return {**values, "a": values["a"] or None, "whole": "unchanged" in values["include"]}
