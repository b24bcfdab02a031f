"""What the administration's log says of a change: in words, and by which values, so that it can be understood when
all is different again."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts.authentication import user_of


class InWords(admin.ModelAdmin):  # type: ignore[type-arg]  # Generic in the stubs only.
    """Has its entries in the log say what was before and what is now."""

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        # A text, in place of Django's list of names: it takes both.
        if isinstance(form, AdminPasswordChangeForm):
            return "Password set." if form.user.has_usable_password() else "Password taken away."
        sentences = ["Added."] if add else [*_of_fields(form)]
        sentences += [sentence for formset in formsets or [] for sentence in _of_rows(formset)]
        return " ".join(sentences) or "Nothing changed."

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[LogEntry]:
        return [
            entry
            for deleted in queryset
            for entry in LogEntry.objects.log_actions(
                user_of(request).pk, [deleted], DELETION, self.told_of_deleted(deleted)
            )
        ]

    def told_of_deleted(self, deleted: Any) -> str:
        """What nobody can look up any more."""
        return ""


def _of_fields(form: Any) -> Iterator[str]:
    for name in form.changed_data:
        field = form.fields[name]
        label = str(field.label or name).capitalize()
        before, now = form.initial.get(name), form.cleaned_data.get(name)
        if isinstance(field, forms.ModelMultipleChoiceField):
            yield from _of_choices(label, set(before or []), set(now or []))
        else:
            yield f"{label}: {_value(before)} → {_value(now)}."


def _of_choices(label: str, before: set[Any], now: set[Any]) -> Iterator[str]:
    if now - before:
        yield f"{label} given: {listed(now - before)}."
    if before - now:
        yield f"{label} taken away: {listed(before - now)}."


def _of_rows(formset: Any) -> Iterator[str]:
    kind = formset.model._meta.verbose_name.capitalize()
    befores = {row.instance.pk: row.initial for row in formset.initial_forms}
    if formset.new_objects:
        yield f"{kind} added: {listed(formset.new_objects)}."
    for changed, names in formset.changed_objects:
        for name in names:
            yield f"{kind} changed: {_value(befores[changed.pk].get(name))} → {_value(getattr(changed, name))}."
    if formset.deleted_objects:
        yield f"{kind} removed: {listed(formset.deleted_objects)}."


def listed(things: Iterable[Model | str]) -> str:
    return ", ".join(sorted(str(thing) for thing in things)) or "none"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if value not in (None, "") else "nothing"
