"""Changing a password, and setting a new one by a link."""

import logging
import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts import mailing, passwords
from accounts.models import User
from accounts.tokens import Pair, start_family
from tests.conftest import PASSWORD
from tests.problems import assert_problem

ME = "/api/auth/me/"
CHANGE, FORGOTTEN, RESET = (f"/api/auth/password/{name}/" for name in ("change", "forgotten", "reset"))
NEW = "a wholly different sentence"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    """Mails are sent by another thread, which would not see the test's transaction."""
    monkeypatch.setattr(mailing, "in_background", lambda work: work())


def post(client, path, **body):
    return client.post(path, body, content_type="application/json")


def can_sign_in(password, email="viewer@example.com"):
    return post(Client(), "/api/auth/login/", email=email, password=password).status_code == 200


@pytest.fixture
def browser(viewer):
    client = Client(raise_request_exception=False)
    post(client, "/api/auth/login/", email="viewer@example.com", password=PASSWORD)
    return client


class TestChange:
    def test_it_needs_the_one_of_before(self, browser):
        assert post(browser, CHANGE, password=PASSWORD, new_password=NEW).status_code == 204
        assert can_sign_in(NEW)
        assert not can_sign_in(PASSWORD)

    def test_one_stays_signed_in_here_and_nowhere_else(self, browser, viewer):
        other, pair = Client(), Pair.of(start_family(viewer))
        other.force_login(viewer)
        before = browser.cookies["sessionid"].value
        post(browser, CHANGE, password=PASSWORD, new_password=NEW)
        assert browser.get(ME).status_code == 200
        assert browser.cookies["sessionid"].value != before
        assert_problem(other.get(ME), 401, "not_authenticated")
        bearer = {"Authorization": f"Bearer {pair.access}"}
        assert_problem(Client().get(ME, headers=bearer), 401, "token_invalid")

    def test_a_wrong_one_is_told_beside_its_field_and_changes_nothing(self, browser):
        body = assert_problem(post(browser, CHANGE, password="wrong", new_password=NEW), 400, "invalid_parameter")
        assert body["errors"] == {"password": ["This is not your password."]}
        assert can_sign_in(PASSWORD)

    def test_it_can_not_be_guessed(self, browser):
        for _ in range(5):
            post(browser, CHANGE, password="wrong", new_password=NEW)
        assert_problem(post(browser, CHANGE, password=PASSWORD, new_password=NEW), 429, "locked_out")

    @pytest.mark.parametrize(
        ("new", "sentence"),
        [
            ("short", "too short"),
            ("password123", "too common"),
            ("8374651029384", "entirely numeric"),
            ("viewer@example", "too similar to the e-mail address"),
            ("vera--viewer", "too similar to the full name"),
            (PASSWORD, "that you have already"),
        ],
    )
    def test_rules_that_it_breaks_are_told(self, browser, new, sentence):
        body = assert_problem(post(browser, CHANGE, password=PASSWORD, new_password=new), 400, "invalid_parameter")
        assert any(sentence in each for each in body["errors"]["new_password"])
        assert can_sign_in(PASSWORD)

    def test_it_needs_the_csrf_token(self, viewer):
        victim = Client(enforce_csrf_checks=True)
        victim.force_login(viewer)
        assert_problem(post(victim, CHANGE, password=PASSWORD, new_password=NEW), 403, "permission_denied")

    def test_a_program_that_changes_it_gets_tokens_by_the_new_one(self, anonymous, viewer, bearer):
        headers, body = bearer(viewer), {"password": PASSWORD, "new_password": NEW}
        changed = anonymous.post(CHANGE, body, content_type="application/json", headers=headers)
        assert changed.status_code == 204
        assert "sessionid" not in anonymous.cookies
        assert_problem(anonymous.get(ME, headers=headers), 401, "token_invalid")
        assert post(anonymous, "/api/auth/token/", email="viewer@example.com", password=NEW).status_code == 200

    def test_nobody_is_told_to_sign_in(self, anonymous, viewer):
        assert_problem(post(anonymous, CHANGE, password=PASSWORD, new_password=NEW), 401, "not_authenticated")

    def test_the_administrations_own_page_leads_there(self, signed_in, superuser):
        response = signed_in(superuser).post("/admin/password_change/", {"old_password": PASSWORD})
        assert (response.status_code, response["Location"]) == (302, "/account")


class TestForgotten:
    def link(self, mailoutbox):
        [mail] = [mail for mail in mailoutbox if "/reset-password#" in mail.body]
        uid, token = re.search(r"http://testserver/reset-password#(\w+)\.(\S+)", mail.body).groups()
        return {"uid": uid, "token": token}

    def test_a_link_is_sent_to_the_address_that_we_know(self, anonymous, viewer, mailoutbox):
        assert post(anonymous, FORGOTTEN, email=" VIEWER@example.com").status_code == 204
        assert mailoutbox[0].to == ["viewer@example.com"]
        assert post(anonymous, RESET, **self.link(mailoutbox), new_password=NEW).status_code == 204
        assert can_sign_in(NEW)
        assert not can_sign_in(PASSWORD)

    @pytest.mark.parametrize("email", ["nobody@example.com", "gone@example.com", "no-password@example.com", "rubbish"])
    def test_others_are_answered_alike_and_get_none(self, anonymous, make_user, mailoutbox, email):
        make_user("gone@example.com", is_active=False)
        User.objects.create_user("no-password@example.com")
        response = post(anonymous, FORGOTTEN, email=email)
        assert (response.status_code, response.content) == (204, b"")
        assert mailoutbox == []

    def test_nothing_is_looked_up_while_the_caller_waits(
        self, anonymous, viewer, monkeypatch, django_assert_num_queries
    ):
        later = []
        monkeypatch.setattr(mailing, "in_background", later.append)
        with django_assert_num_queries(0):
            for email in ("viewer@example.com", "nobody@example.com"):
                assert post(anonymous, FORGOTTEN, email=email).status_code == 204
        assert len(later) == 2

    def test_one_mail_in_five_minutes(self, anonymous, viewer, mailoutbox):
        for _ in range(5):
            assert post(anonymous, FORGOTTEN, email="viewer@example.com").status_code == 204
        assert len(mailoutbox) == 1

    def test_the_link_is_good_once(self, anonymous, viewer, mailoutbox):
        post(anonymous, FORGOTTEN, email="viewer@example.com")
        link = self.link(mailoutbox)
        post(anonymous, RESET, **link, new_password=NEW)
        body = assert_problem(post(anonymous, RESET, **link, new_password=NEW + "!"), 400, "invalid_parameter")
        assert body["errors"] == {"token": ["This link is good for nothing any more. Ask for a new one."]}
        assert can_sign_in(NEW)

    def test_a_sign_in_meanwhile_leaves_it_good(self, anonymous, viewer, mailoutbox):
        post(anonymous, FORGOTTEN, email="viewer@example.com")
        assert can_sign_in(PASSWORD)
        assert post(anonymous, RESET, **self.link(mailoutbox), new_password=NEW).status_code == 204

    def test_an_address_that_was_changed_meanwhile_does_not(self, anonymous, viewer, mailoutbox):
        post(anonymous, FORGOTTEN, email="viewer@example.com")
        User.objects.filter(pk=viewer.pk).update(email="other@example.com")
        assert_problem(post(anonymous, RESET, **self.link(mailoutbox), new_password=NEW), 400, "invalid_parameter")

    def test_whose_it_was_is_on_record_and_told_by_mail(self, anonymous, viewer, mailoutbox, on_record):
        post(anonymous, FORGOTTEN, email="viewer@example.com")
        post(anonymous, RESET, **self.link(mailoutbox), new_password=NEW)
        assert (on_record[-1].action, on_record[-1].user_id) == ("password-reset", viewer.pk)
        assert [mail.subject for mail in mailoutbox][1:] == ["Your password was changed"]

    def test_and_for_an_hour(self, anonymous, viewer, mailoutbox, settings, monkeypatch):
        post(anonymous, FORGOTTEN, email="viewer@example.com")
        now = passwords._links._now()
        monkeypatch.setattr(type(passwords._links), "_now", lambda _: now + timedelta(minutes=61))
        assert_problem(post(anonymous, RESET, **self.link(mailoutbox), new_password=NEW), 400, "invalid_parameter")

    def test_it_is_still_good_after_a_password_that_breaks_the_rules(self, anonymous, viewer, mailoutbox):
        post(anonymous, FORGOTTEN, email="viewer@example.com")
        link = self.link(mailoutbox)
        body = assert_problem(post(anonymous, RESET, **link, new_password="short"), 400, "invalid_parameter")
        assert "too short" in body["errors"]["new_password"][0]
        assert post(anonymous, RESET, **link, new_password=NEW).status_code == 204

    def test_all_sessions_and_tokens_end(self, browser, anonymous, viewer, mailoutbox):
        pair = Pair.of(start_family(viewer))
        post(anonymous, FORGOTTEN, email="viewer@example.com")
        post(anonymous, RESET, **self.link(mailoutbox), new_password=NEW)
        assert_problem(browser.get(ME), 401, "not_authenticated")
        bearer = {"Authorization": f"Bearer {pair.access}"}
        assert_problem(Client().get(ME, headers=bearer), 401, "token_invalid")

    def test_who_was_locked_out_is_no_longer(self, anonymous, viewer, mailoutbox):
        for _ in range(6):
            can_sign_in("wrong")
        post(anonymous, FORGOTTEN, email="viewer@example.com")
        post(anonymous, RESET, **self.link(mailoutbox), new_password=NEW)
        assert can_sign_in(NEW)

    @pytest.mark.parametrize(
        "link",
        [
            {"uid": "MQ", "token": "x"},
            {"uid": "____", "token": "a-b"},
            {"uid": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "token": "a-b"},
            {"uid": "x" * 99, "token": "a" * 99},
        ],
    )
    def test_made_up_links_are_refused(self, anonymous, viewer, link):
        body = assert_problem(post(anonymous, RESET, **link, new_password=NEW), 400, "invalid_parameter")
        assert body["errors"].keys() == {"token"}

    def test_one_of_somebody_else_is_refused(self, anonymous, viewer, payments, mailoutbox):
        post(anonymous, FORGOTTEN, email="viewer@example.com")
        token = self.link(mailoutbox)["token"]
        uid = passwords.urlsafe_base64_encode(str(payments.pk).encode())
        assert_problem(post(anonymous, RESET, uid=uid, token=token, new_password=NEW), 400, "invalid_parameter")

    def test_it_needs_the_csrf_token(self, viewer, mailoutbox):
        client = Client(enforce_csrf_checks=True)
        assert_problem(post(client, FORGOTTEN, email="viewer@example.com"), 403, "permission_denied")
        assert mailoutbox == []

    def test_neither_address_nor_link_is_written_to_the_log(self, anonymous, viewer, mailoutbox, caplog):
        caplog.set_level(logging.DEBUG)
        post(anonymous, FORGOTTEN, email="viewer@example.com")
        link = self.link(mailoutbox)
        post(anonymous, RESET, **link, new_password=NEW)
        ours = [str(record.msg) for record in caplog.records if not record.name.startswith("django.db")]
        assert ours
        assert not any(word in line for line in ours for word in ("@example.com", link["token"], NEW))


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_fails_fails_nobody(monkeypatch, caplog):
    monkeypatch.undo()
    monkeypatch.setattr(passwords, "send_mail", lambda *_, **__: 1 / 0)
    User.objects.create_user("viewer@example.com", PASSWORD)
    assert post(Client(), FORGOTTEN, email="viewer@example.com").status_code == 204
    mailing._mailing.submit(lambda: None).result(timeout=30)
    assert any(isinstance(r.msg, dict) and r.msg["event"] == "mail_not_sent" for r in caplog.records)
