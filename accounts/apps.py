from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People and roles"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_out

        from accounts import schema  # noqa: F401  # Being imported makes its extensions known.
        from accounts.noting import note_signed_out

        user_logged_out.connect(note_signed_out)
