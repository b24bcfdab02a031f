"""Families of tokens, in place of simplejwt's blacklist: that held every refresh token in full. Whoever has a token of
before signs in anew."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

_BLACKLIST = "token_blacklist"


def drop_blacklist(apps, schema_editor):
    # Left there, its references to users would keep those from being deleted.
    for table in ("blacklistedtoken", "outstandingtoken"):
        schema_editor.execute(f"DROP TABLE IF EXISTS {_BLACKLIST}_{table}")
    db = schema_editor.connection.alias
    # With them go the permissions.
    apps.get_model("contenttypes", "ContentType").objects.using(db).filter(app_label=_BLACKLIST).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_roles"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.RunPython(drop_blacklist, migrations.RunPython.noop),
        migrations.CreateModel(
            name="TokenFamily",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("password_mark", models.CharField(max_length=128)),
                (
                    "next_jti",
                    models.CharField(help_text="The refresh token that is good for the next trade.", max_length=32),
                ),
                ("began_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField(help_text="When that refresh token expires.")),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="token_families",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"verbose_name_plural": "token families", "ordering": ["began_at"]},
        ),
    ]
