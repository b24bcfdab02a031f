"""The administration's pages of people, roles, service tokens and lock-outs: being imported makes them known."""

from accounts import (  # noqa: F401  # For their being imported.
    external_identity_admin,
    lockout_admin,
    role_admin,
    service_token_admin,
    user_admin,
)
