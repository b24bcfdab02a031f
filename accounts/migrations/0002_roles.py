"""The two roles that every portal starts with."""

from django.db import migrations

ADMINISTRATORS, VIEWERS = "Administrators", "Viewers"
MANAGED = (("accounts", "user"), ("accounts", "scope"), ("auth", "group"))
ACTIONS = ("add", "change", "delete", "view")


def _permissions(apps, db):
    # Django makes permissions only after all migrations ran; the role needs them now. It finds these there then.
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(db)
    permissions = apps.get_model("auth", "Permission").objects.using(db)
    for app_label, model in MANAGED:
        content_type, _ = content_types.get_or_create(app_label=app_label, model=model)
        for action in ACTIONS:
            yield permissions.get_or_create(
                content_type=content_type, codename=f"{action}_{model}", defaults={"name": f"Can {action} {model}"}
            )[0]


def make_roles(apps, schema_editor):
    db = schema_editor.connection.alias
    groups = apps.get_model("auth", "Group").objects.using(db)
    scopes = apps.get_model("accounts", "Scope").objects.using(db)
    for name in (ADMINISTRATORS, VIEWERS):
        group, _ = groups.get_or_create(name=name)
        scopes.get_or_create(group=group, pattern="release:*")
        if name == ADMINISTRATORS:
            group.permissions.add(*_permissions(apps, db))


def drop_roles(apps, schema_editor):
    groups = apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias)
    groups.filter(name__in=(ADMINISTRATORS, VIEWERS)).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_people"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_roles, drop_roles)]
