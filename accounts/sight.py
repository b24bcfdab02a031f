"""Who sees one release, and by what: for those who shape roles."""

from collections import defaultdict
from typing import NamedTuple

from django import forms
from django.contrib.auth.models import Group
from django.db.models import Prefetch, Q

from accounts.models import Scope, User
from releases.access import matches
from releases.domain import EntityId, EntityType
from releases.errors import InvalidEntityId


class Sight(NamedTuple):
    """Somebody who sees a release: as superuser, by these scopes, or both."""

    user: User
    scopes: list[Scope]


class ReleaseForm(forms.Form):
    release = forms.CharField(
        max_length=208,
        label="Release ID",
        help_text="As it stands in the list, such as release:2025.11-payments.",
        widget=forms.TextInput(attrs={"size": 50, "autofocus": True}),
    )

    def clean_release(self) -> EntityId:
        try:
            return EntityId.of_type(EntityType.RELEASE, self.cleaned_data["release"])
        except InvalidEntityId as error:
            raise forms.ValidationError("Expected release: and its name, as release:2025.11-payments.") from error


def who_sees(release_id: str) -> list[Sight]:
    """All active people who may see this release, by address. Three queries, however many there are."""
    by_role: defaultdict[int, list[Scope]] = defaultdict(list)
    for scope in Scope.objects.select_related("group").order_by("group__name", "pattern"):
        if matches(release_id, scope.pattern):
            by_role[scope.group_id].append(scope)
    of_a_role = Q(groups__in=list(by_role))
    people = User.objects.filter(of_a_role | Q(is_superuser=True), is_active=True).distinct()
    return [
        Sight(user, [scope for role in user.groups.all() for scope in by_role.get(role.pk, ())])
        for user in people.prefetch_related(Prefetch("groups", Group.objects.order_by("name")))
    ]
