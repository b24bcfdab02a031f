"""From who somebody is to a provider to whom they are here, and to their roles.

Somebody who comes for the first time is known by an address that the provider has verified; from then on by the
provider's own key of them, so that a new address changes nothing, and an address that is given to somebody else gives
them nothing. Of the roles that OIDC_GROUP_ROLES names each has exactly those of their groups with each sign-in; others
stay as they were given by hand. Nobody is made staff by it.
"""

from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.models import Group
from django.core import checks
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from accounts.models import ExternalIdentity, User
from accounts.openid import OpenIdError, Person
from releases.record import note

log = structlog.get_logger(__name__)


class NoEmail(OpenIdError):
    code = "no_email"


class NotActive(OpenIdError):
    code = "not_active"


class LinkedElsewhere(OpenIdError):
    code = "linked_elsewhere"


def user_of(person: Person) -> User:
    """The active user of this person, with the roles of their groups; made, where there is none yet.

    Raises NoEmail, NotActive and LinkedElsewhere.
    """
    try:
        return _user_of(person)
    except IntegrityError:
        # Two sign-ins of one newcomer at once: by now the other one has made them.
        return _user_of(person)


@transaction.atomic
def _user_of(person: Person) -> User:
    user = _known(person) or _linked(person, _with_address(person))
    _set_roles(user, person.groups)
    return user


def _known(person: Person) -> User | None:
    identity = (
        ExternalIdentity.objects.select_related("user").filter(issuer=person.issuer, subject=person.subject).first()
    )
    if identity is None:
        return None
    _must_be_active(identity.user)
    identity.last_used_at = timezone.now()
    identity.save(update_fields=["last_used_at"])
    return identity.user


def _with_address(person: Person) -> User:
    email = _plain_email(person)
    try:
        user = User.objects.get_by_natural_key(email)
    except User.DoesNotExist:
        user = User.objects.create_user(email, full_name=_plain(person.name)[:150])
        log.info("user_made", user_id=user.pk, by="openid")
    _must_be_active(user)
    return user


def _linked(person: Person, user: User) -> User:
    if user.external_identities.filter(issuer=person.issuer).exists():
        raise LinkedElsewhere(f"user {user.pk} is linked to another subject")
    ExternalIdentity.objects.create(user=user, issuer=person.issuer, subject=person.subject)
    log.info("external_identity_linked", user_id=user.pk)
    return user


def _plain_email(person: Person) -> str:
    email = (person.email or "").strip()
    try:
        validate_email(email)
    except ValidationError as error:
        raise NoEmail("no e-mail address that the provider has verified") from error
    if len(email) > 254:
        raise NoEmail("an e-mail address that is too long")
    if not email.rpartition("@")[0].isascii():
        # Databases fold case, and the Kelvin sign folds to k: another mailbox would be taken for somebody's.
        raise NoEmail("an e-mail address of other letters than ASCII's")
    return email


def _plain(text: str) -> str:
    return "".join(char for char in text if char.isprintable()).strip()


def _must_be_active(user: User) -> None:
    if not user.is_active:
        raise NotActive(f"user {user.pk} is deactivated")


def _set_roles(user: User, groups: frozenset[str]) -> None:
    mapping: dict[str, list[str]] = settings.RELPORTAL.OIDC_GROUP_ROLES
    named = {role for roles in mapping.values() for role in roles}
    theirs = {role for group, roles in mapping.items() if group in groups for role in roles}
    roles = {role.name: role for role in Group.objects.filter(name__in=named)}
    if unknown := named - roles.keys():
        log.warning("openid_roles_unknown", roles=sorted(unknown))
    had = set(user.groups.filter(name__in=named).values_list("name", flat=True))
    given, taken = sorted((theirs & roles.keys()) - had), sorted(had - theirs)
    user.groups.add(*(roles[name] for name in given))
    user.groups.remove(*(roles[name] for name in taken))
    if given or taken:
        log.info("roles_changed", user_id=user.pk, by="openid", given=given, taken=taken)
        note(query=f"roles given: {', '.join(given) or '-'}; taken: {', '.join(taken) or '-'}")


@checks.register(checks.Tags.database)
def roles_are_there(databases: Any = None, **_: Any) -> list[checks.CheckMessage]:
    """That OIDC_GROUP_ROLES names roles that there are: `manage.py check --database default`, and `migrate`."""
    named = {role for roles in settings.RELPORTAL.OIDC_GROUP_ROLES.values() for role in roles}
    if not named or not databases:
        return []
    try:
        unknown = sorted(named - set(Group.objects.filter(name__in=named).values_list("name", flat=True)))
    except DatabaseError:  # `migrate` checks first, and makes the table then.
        return []
    if not unknown:
        return []
    return [
        checks.Warning(
            f"OIDC_GROUP_ROLES names roles that there are not: {', '.join(unknown)}.",
            hint="Make them in the administration, or mend the setting.",
            id="accounts.W001",
        )
    ]
