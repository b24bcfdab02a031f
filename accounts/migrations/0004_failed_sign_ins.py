"""Who is locked out, in the administration; Administrators may unlock."""

from django.db import migrations

ADMINISTRATORS = "Administrators"


def allow(apps, schema_editor):
    db = schema_editor.connection.alias
    group = apps.get_model("auth", "Group").objects.using(db).filter(name=ADMINISTRATORS).first()
    # Django makes permissions only after all migrations ran; the role needs them now. It finds these there then.
    content_type, _ = (
        apps.get_model("contenttypes", "ContentType")
        .objects.using(db)
        .get_or_create(app_label="accounts", model="failedsignin")
    )
    permissions = apps.get_model("auth", "Permission").objects.using(db)
    for action in ("view", "delete"):
        permission, _ = permissions.get_or_create(
            content_type=content_type,
            codename=f"{action}_failedsignin",
            defaults={"name": f"Can {action} failed sign-in"},
        )
        if group is not None:
            group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_token_families"),
        ("axes", "0010_accessattemptexpiration"),
    ]

    operations = [
        migrations.CreateModel(
            name="FailedSignIn",
            fields=[],
            options={"verbose_name": "failed sign-in", "proxy": True, "indexes": [], "constraints": []},
            bases=("axes.accessattempt",),
        ),
        migrations.RunPython(allow, migrations.RunPython.noop),
    ]
