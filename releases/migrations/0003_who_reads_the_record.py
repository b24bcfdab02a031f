from django.db import migrations

ADMINISTRATORS = "Administrators"
READ = (("releases", "accessrecord"), ("admin", "logentry"))


def let_administrators_read(apps, schema_editor):
    # Django makes permissions only after all migrations ran; the role needs them now. It finds these there then.
    db = schema_editor.connection.alias
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(db)
    permissions = apps.get_model("auth", "Permission").objects.using(db)
    for group in apps.get_model("auth", "Group").objects.using(db).filter(name=ADMINISTRATORS):
        for app_label, model in READ:
            content_type, _ = content_types.get_or_create(app_label=app_label, model=model)
            permission, _ = permissions.get_or_create(
                content_type=content_type, codename=f"view_{model}", defaults={"name": f"Can view {model}"}
            )
            group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("releases", "0002_access_record"),
        ("accounts", "0002_roles"),
        ("admin", "0003_logentry_add_action_flag_choices"),
    ]

    operations = [migrations.RunPython(let_administrators_read, migrations.RunPython.noop)]
