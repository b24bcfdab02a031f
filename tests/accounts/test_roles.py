"""The roles that the migrations make."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def permissions_of(role):
    return {f"{p.content_type.app_label}.{p.codename}" for p in role.permissions.select_related("content_type")}


@pytest.mark.django_db
def test_a_new_portal_has_administrators_and_viewers_of_all_releases():
    roles = {role.name: [scope.pattern for scope in role.scopes.all()] for role in Group.objects.all()}
    assert roles == {"Administrators": ["release:*"], "Viewers": ["release:*"]}


@pytest.mark.django_db
def test_administrators_may_manage_people_and_roles_and_read_what_happened_and_viewers_nothing():
    assert permissions_of(Group.objects.get(name="Administrators")) == {
        f"{app}.{action}_{model}"
        for app, model in (("accounts", "user"), ("accounts", "scope"), ("auth", "group"))
        for action in ("add", "change", "delete", "view")
    } | {
        "accounts.view_failedsignin",
        "accounts.delete_failedsignin",
        "admin.view_logentry",
        "releases.view_accessrecord",
    }
    assert permissions_of(Group.objects.get(name="Viewers")) == set()


@pytest.mark.django_db(transaction=True)
def test_the_migration_can_be_taken_back_and_done_again():
    def migrate(*names):
        executor = MigrationExecutor(connection)
        # No name: up to the newest, or the tests after this one would miss tables.
        executor.migrate([("accounts", name) for name in names] or executor.loader.graph.leaf_nodes())

    migrate("0001_people")
    assert not Group.objects.filter(name__in=["Administrators", "Viewers"]).exists()
    migrate()
    assert len(permissions_of(Group.objects.get(name="Administrators"))) == 16
