"""Codes beside passwords: turning them on, signing in by them, and losing the app."""

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone
from rest_framework.throttling import ScopedRateThrottle

from accounts import mailing, second_factor
from accounts.models import SecondFactor, User, UserSession
from accounts.tokens import Pair, start_family
from tests.conftest import PASSWORD
from tests.problems import assert_problem

LOGIN, CODE, ME = "/api/auth/login/", "/api/auth/login/code/", "/api/auth/me/"
STATE = "/api/auth/second-factor/"
SET_UP, CONFIRM = f"{STATE}set-up/", f"{STATE}confirm/"
CODES, OFF = f"{STATE}recovery-codes/", f"{STATE}turn-off/"
TOKEN = "/api/auth/token/"
EMAIL = "viewer@example.com"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    """Mails go in this thread; tries have no bound in a minute."""
    monkeypatch.setattr(mailing, "in_background", lambda work: work())
    monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", {"sign_in": None})


class Clock:
    """Goes on by hand, for codes and for the portal."""

    def __init__(self):
        self.ahead = 0.0

    def go_on(self, seconds):
        self.ahead += seconds


@pytest.fixture
def clock(monkeypatch):
    known, real, seconds = Clock(), timezone.now, time.time
    monkeypatch.setattr("django.utils.timezone.now", lambda: real() + timedelta(seconds=known.ahead))
    monkeypatch.setattr("time.time", lambda: seconds() + known.ahead)
    return known


class App:
    """An authenticator app with a clock of its own."""

    def __init__(self, secret, clock):
        self.totp, self.clock = pyotp.TOTP(secret), clock

    def code(self, off=0):
        return self.totp.at(timezone.now().timestamp() + off)

    def next_code(self):
        """One that was not used yet."""
        self.clock.go_on(30)
        return self.code()


def post(client, path, **body):
    return client.post(path, body, content_type="application/json")


def sign_in(client, email=EMAIL, password=PASSWORD):
    return post(client, LOGIN, email=email, password=password)


def signed_in(email=EMAIL):
    client = Client(raise_request_exception=False)
    assert sign_in(client, email).status_code == 200
    return client


def turn_on(client, clock):
    """The app, and the recovery codes."""
    secret = post(client, SET_UP, password=PASSWORD).json()["secret"]
    app = App(secret, clock)
    confirmed = post(client, CONFIRM, code=app.next_code())
    assert confirmed.status_code == 200, confirmed.content
    return app, confirmed.json()["recovery_codes"]


@pytest.fixture
def browser(viewer):
    return signed_in()


@pytest.fixture
def app(browser, clock):
    return turn_on(browser, clock)[0]


@pytest.fixture
def demanded(settings):
    """SECOND_FACTOR_FOR_STAFF, from when it is called on."""

    def demand():
        settings.RELPORTAL = settings.RELPORTAL.model_copy(update={"SECOND_FACTOR_FOR_STAFF": True})

    return demand


class TestTurningItOn:
    def test_it_is_off_at_first(self, browser):
        expected = {"is_on": False, "is_required": False, "since": None, "recovery_codes_left": 0}
        assert browser.get(STATE).json() == expected

    def test_an_app_gets_the_secret_by_hand_or_by_a_picture(self, browser):
        told = post(browser, SET_UP, password=PASSWORD).json()
        parsed = pyotp.parse_uri(told["uri"])
        assert (parsed.issuer, parsed.name, parsed.secret) == ("Relportal", EMAIL, told["secret"])

    def test_a_code_of_the_app_turns_it_on(self, browser, clock):
        _, codes = turn_on(browser, clock)
        state = browser.get(STATE).json()
        assert state["is_on"] is True
        assert state["recovery_codes_left"] == len(set(codes)) == 10

    def test_until_then_nothing_changes(self, browser, viewer):
        post(browser, SET_UP, password=PASSWORD)
        assert_problem(post(browser, CONFIRM, code="000000"), 401, "second_factor_invalid")
        assert browser.get(STATE).json()["is_on"] is False
        signed_in()

    def test_whoever_finds_a_browser_signed_in_needs_the_password(self, browser):
        body = assert_problem(post(browser, SET_UP), 400, "invalid_parameter")
        assert body["errors"] == {"password": ["This field is required."]}
        body = assert_problem(post(browser, SET_UP, password="wrong"), 400, "invalid_parameter")
        assert body["errors"] == {"password": ["This is not your password."]}

    def test_somebody_without_a_password_needs_none(self, viewer, clock):
        viewer.set_unusable_password()
        viewer.save()
        client = Client()
        client.force_login(viewer)
        secret = post(client, SET_UP).json()["secret"]
        assert post(client, CONFIRM, code=App(secret, clock).code()).status_code == 200

    def test_one_that_is_on_is_not_replaced(self, browser, app):
        body = assert_problem(post(browser, SET_UP, password=PASSWORD), 400, "invalid_parameter")
        assert "Turn it off first" in body["errors"]["second_factor"][0]
        assert_problem(post(browser, CONFIRM, code=app.next_code()), 401, "second_factor_invalid")

    def test_all_other_sessions_and_tokens_end(self, browser, viewer, clock):
        other, pair = signed_in(), Pair.of(start_family(viewer))
        turn_on(browser, clock)
        assert browser.get(ME).status_code == 200
        assert_problem(other.get(ME), 401, "not_authenticated")
        bearer = {"Authorization": f"Bearer {pair.access}"}
        assert_problem(Client().get(ME, headers=bearer), 401, "token_invalid")

    def test_the_browser_goes_on_under_a_new_id(self, browser, clock):
        before = browser.cookies["sessionid"].value
        turn_on(browser, clock)
        assert browser.cookies["sessionid"].value != before

    def test_neither_secret_nor_codes_can_be_read_in_the_database(self, browser, viewer, clock):
        app, codes = turn_on(browser, clock)
        assert app.totp.secret not in SecondFactor.objects.get().secret
        stored = set(viewer.recovery_codes.values_list("digest", flat=True))
        assert not stored & {code.replace("-", "") for code in codes}

    def test_its_owner_is_told_by_mail(self, browser, clock, mailoutbox):
        turn_on(browser, clock)
        assert mailoutbox[-1].subject == "Your second factor is on"
        assert mailoutbox[-1].to == [EMAIL]

    def test_tokens_can_not_change_it(self, viewer):
        bearer = {"Authorization": f"Bearer {Pair.of(start_family(viewer)).access}"}
        for path in (SET_UP, CONFIRM, CODES, OFF):
            body = {"code": "123456", "password": PASSWORD}
            answer = Client().post(path, body, content_type="application/json", headers=bearer)
            assert_problem(answer, 401, "not_authenticated")

    def test_another_sites_page_can_not_either(self, viewer):
        client = Client(enforce_csrf_checks=True)
        client.force_login(viewer)
        assert_problem(post(client, OFF, code="123456", password=PASSWORD), 403, "permission_denied")


class TestSigningIn:
    def test_the_password_alone_signs_in_nobody(self, app):
        client = Client()
        body = assert_problem(sign_in(client), 401, "second_factor_required")
        assert body["detail"].startswith("Please log in again. A code")
        assert_problem(client.get(ME), 401, "not_authenticated")
        assert client.get("/admin/").status_code == 302
        assert UserSession.objects.filter(user__isnull=False).count() == 1

    def test_a_code_does(self, app):
        client = Client()
        sign_in(client)
        answer = post(client, CODE, code=app.next_code())
        assert answer.json()["email"] == EMAIL
        assert client.get(ME).status_code == 200

    def test_each_step_has_a_session_of_its_own(self, app):
        client = Client()
        client.cookies["sessionid"] = "planted"
        ids = ["planted"]
        sign_in(client)
        ids.append(client.cookies["sessionid"].value)
        post(client, CODE, code=app.next_code())
        ids.append(client.cookies["sessionid"].value)
        assert len(set(ids)) == 3
        assert not UserSession.objects.filter(session_key__in=ids[:2]).exists()

    def test_a_code_is_good_once(self, app):
        code = app.next_code()
        first, second = Client(), Client()
        for client in (first, second):
            sign_in(client)
        assert post(first, CODE, code=code).status_code == 200
        body = assert_problem(post(second, CODE, code=code), 401, "second_factor_invalid")
        assert body["detail"] == "Please log in again. The code is wrong, or was used before."

    def test_nor_is_one_from_before_the_last(self, app):
        older = app.next_code()
        newer = app.next_code()
        client = Client()
        sign_in(client)
        assert post(client, CODE, code=newer).status_code == 200
        sign_in(client)
        assert_problem(post(client, CODE, code=older), 401, "second_factor_invalid")

    @pytest.mark.parametrize(("off", "status"), [(-30, 200), (30, 200), (-90, 401), (90, 401)])
    def test_the_apps_clock_may_be_half_a_minute_off(self, app, off, status):
        app.clock.go_on(300)
        client = Client()
        sign_in(client)
        assert post(client, CODE, code=app.code(off)).status_code == status

    def test_spaces_in_it_do_not_matter(self, app):
        client = Client()
        sign_in(client)
        code = app.next_code()
        assert post(client, CODE, code=f"{code[:3]} {code[3:]}").status_code == 200

    @pytest.mark.parametrize("code", ["", "1" * 41, "١٢٣٤٥٦", "12\x00", None, 7.5, ["123456"], {"a": 1}])
    def test_what_can_be_no_code_is_said_to_be_none(self, app, code):
        client = Client(raise_request_exception=False)
        sign_in(client)
        assert post(client, CODE, code=code).status_code in (400, 401)
        assert_problem(client.get(ME), 401, "not_authenticated")

    def test_without_a_password_before_it_a_code_is_nothing(self, app):
        assert_problem(post(Client(), CODE, code=app.next_code()), 401, "not_authenticated")

    def test_after_ten_minutes_it_begins_anew(self, app):
        client = Client()
        sign_in(client)
        app.clock.go_on(601)
        assert_problem(post(client, CODE, code=app.code()), 401, "not_authenticated")

    def test_meanwhile_deactivated_is_not_signed_in(self, app, viewer):
        client = Client()
        sign_in(client)
        User.objects.update(is_active=False)
        assert_problem(post(client, CODE, code=app.next_code()), 401, "not_authenticated")

    def test_nor_with_another_password_meanwhile(self, app, viewer):
        client = Client()
        sign_in(client)
        viewer.refresh_from_db()
        viewer.set_password("something else entirely")
        viewer.save()
        assert_problem(post(client, CODE, code=app.next_code()), 401, "not_authenticated")

    def test_signing_out_ends_the_first_half_too(self, app):
        client = Client()
        sign_in(client)
        client.post("/api/auth/logout/")
        assert_problem(post(client, CODE, code=app.next_code()), 401, "not_authenticated")

    def test_a_new_password_by_mail_does_not_get_around_it(self, app, viewer):
        viewer.refresh_from_db()
        viewer.set_password(PASSWORD)
        viewer.save()
        assert_problem(sign_in(Client()), 401, "second_factor_required")


class TestGuessing:
    def test_five_wrong_codes_lock_the_account_as_wrong_passwords_do(self, app):
        client = Client()
        sign_in(client)
        for _ in range(5):
            assert_problem(post(client, CODE, code="000000"), 401, "second_factor_invalid")
        answer = post(client, CODE, code=app.next_code())
        assert_problem(answer, 429, "locked_out")
        assert int(answer["Retry-After"]) > 0
        assert_problem(sign_in(Client()), 429, "locked_out")

    def test_the_right_password_between_them_forgives_nothing(self, app):
        client = Client()
        for _ in range(5):
            assert_problem(sign_in(client), 401, "second_factor_required")
            post(client, CODE, code="000000")
        assert_problem(sign_in(client), 429, "locked_out")

    def test_nor_does_it_where_the_password_is_asked_for_once_more(self, app, browser):
        for _ in range(5):
            assert_problem(post(browser, OFF, code="000000", password=PASSWORD), 401, "second_factor_invalid")
        assert_problem(post(browser, OFF, code=app.next_code(), password=PASSWORD), 429, "locked_out")

    def test_a_whole_sign_in_forgives_them(self, app):
        client = Client()
        for _ in range(3):
            sign_in(client)
            for _ in range(4):
                post(client, CODE, code="000000")
            assert post(client, CODE, code=app.next_code()).status_code == 200


class TestTokens:
    def test_a_program_sends_the_code_with_the_password(self, app):
        credentials = {"email": EMAIL, "password": PASSWORD}
        assert_problem(post(Client(), TOKEN, **credentials), 401, "second_factor_required")
        assert_problem(post(Client(), TOKEN, **credentials, code="000000"), 401, "second_factor_invalid")
        pair = post(Client(), TOKEN, **credentials, code=app.next_code()).json()
        assert Client().get(ME, headers={"Authorization": f"Bearer {pair['access']}"}).status_code == 200

    def test_nothing_about_a_code_is_told_to_who_has_not_the_password(self, app):
        answer = post(Client(), TOKEN, email=EMAIL, password="wrong", code=app.next_code())
        assert_problem(answer, 401, "invalid_credentials")

    def test_who_has_no_second_factor_may_send_none_or_any(self, viewer):
        for extra in ({}, {"code": "123456"}):
            assert post(Client(), TOKEN, email=EMAIL, password=PASSWORD, **extra).status_code == 200


class TestLosingTheApp:
    def test_a_recovery_code_stands_in_once(self, browser, clock, mailoutbox):
        _, codes = turn_on(browser, clock)
        client = Client()
        sign_in(client)
        assert post(client, CODE, code=codes[3].upper().replace("-", " ")).status_code == 200
        assert client.get(STATE).json()["recovery_codes_left"] == 9
        assert mailoutbox[-1].subject == "A recovery code was used"
        assert "9 are left" in mailoutbox[-1].body
        sign_in(client)
        assert_problem(post(client, CODE, code=codes[3]), 401, "second_factor_invalid")

    def test_new_ones_take_the_place_of_the_old(self, browser, clock):
        app, old = turn_on(browser, clock)
        new = post(browser, CODES, code=app.next_code()).json()["recovery_codes"]
        client = Client()
        sign_in(client)
        assert_problem(post(client, CODE, code=old[0]), 401, "second_factor_invalid")
        assert post(client, CODE, code=new[0]).status_code == 200

    def test_they_are_nobody_elses(self, browser, clock, make_user):
        _, codes = turn_on(browser, clock)
        make_user("other@example.com")
        other = signed_in("other@example.com")
        turn_on(other, clock)
        sign_in(other, "other@example.com")
        assert_problem(post(other, CODE, code=codes[0]), 401, "second_factor_invalid")

    def test_it_is_turned_off_by_password_and_code(self, browser, app, mailoutbox):
        assert_problem(post(browser, OFF, code=app.next_code()), 400, "invalid_parameter")
        assert post(browser, OFF, code=app.next_code(), password=PASSWORD).status_code == 204
        assert browser.get(STATE).json()["is_on"] is False
        assert mailoutbox[-1].subject == "Your second factor is off"
        signed_in()

    def test_a_reset_ends_all_that_its_owner_is_signed_in_by(self, browser, app, viewer):
        viewer.refresh_from_db()
        second_factor.reset(viewer)
        assert_problem(browser.get(ME), 401, "not_authenticated")
        signed_in()


class TestStaffWhoHaveToHaveOne:
    @pytest.fixture
    def staff(self, make_user):
        return make_user("staff@example.com", is_staff=True)

    def sign_in(self, client):
        return sign_in(client, "staff@example.com")

    def test_they_set_one_up_in_order_to_sign_in(self, staff, demanded, clock):
        demanded()
        client = Client()
        body = assert_problem(self.sign_in(client), 401, "second_factor_missing")
        assert "set one up" in body["detail"]
        assert_problem(client.get(ME), 401, "not_authenticated")
        app = App(post(client, SET_UP).json()["secret"], clock)
        assert len(post(client, CONFIRM, code=app.code()).json()["recovery_codes"]) == 10
        assert client.get(ME).json()["email"] == "staff@example.com"
        assert client.get("/admin/").status_code == 200

    def test_who_has_to_enter_a_code_can_not_set_another_app_up(self, app):
        client = Client()
        sign_in(client)
        assert_problem(post(client, SET_UP, password=PASSWORD), 401, "not_authenticated")

    def test_who_has_none_and_was_signed_in_is_so_no_more(self, staff, demanded):
        client, pair = signed_in("staff@example.com"), Pair.of(start_family(staff))
        demanded()
        assert_problem(client.get(ME), 401, "not_authenticated")
        assert client.get("/admin/").status_code == 302
        bearer = {"Authorization": f"Bearer {pair.access}"}
        assert_problem(Client().get(ME, headers=bearer), 401, "token_invalid")
        trade = post(Client(), "/api/auth/token/refresh/", refresh=pair.refresh)
        assert_problem(trade, 401, "token_invalid")

    def test_who_has_one_stays(self, staff, demanded, clock):
        client = signed_in("staff@example.com")
        turn_on(client, clock)
        demanded()
        assert client.get(ME).status_code == 200
        assert client.get(STATE).json()["is_required"] is True

    def test_they_get_no_tokens_and_can_not_turn_it_off(self, staff, demanded, clock):
        demanded()
        answer = post(Client(), TOKEN, email="staff@example.com", password=PASSWORD)
        assert_problem(answer, 401, "second_factor_missing")
        client = Client()
        self.sign_in(client)
        app = App(post(client, SET_UP).json()["secret"], clock)
        post(client, CONFIRM, code=app.code())
        body = assert_problem(post(client, OFF, code=app.next_code(), password=PASSWORD), 400, "invalid_parameter")
        assert body["errors"] == {"second_factor": ["Your account has to have one."]}

    def test_others_may_do_without(self, viewer, demanded):
        demanded()
        signed_in()

    def test_who_becomes_staff_is_signed_out(self, viewer, demanded):
        client = signed_in()
        demanded()
        User.objects.filter(pk=viewer.pk).update(is_staff=True)
        assert_problem(client.get(ME), 401, "not_authenticated")


class TestAnotherSecretKey:
    def test_sessions_and_apps_outlast_it_where_the_old_one_is_kept(self, browser, app, settings):
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another" + "k" * 32
        assert browser.get(ME).status_code == 200
        client = Client()
        sign_in(client)
        assert post(client, CODE, code=app.next_code()).status_code == 200

    def test_without_the_old_one_recovery_codes_are_left(self, browser, clock, settings, caplog):
        app, codes = turn_on(browser, clock)
        settings.SECRET_KEY = "another" + "k" * 32
        client = Client()
        sign_in(client)
        assert_problem(post(client, CODE, code=app.next_code()), 401, "second_factor_invalid")
        assert any(isinstance(r.msg, dict) and r.msg["event"] == "second_factor_unreadable" for r in caplog.records)
        assert post(client, CODE, code=codes[0]).status_code == 200


def test_no_secret_or_code_is_logged(browser, clock, caplog):
    caplog.set_level(logging.DEBUG)
    app, codes = turn_on(browser, clock)
    client = Client()
    sign_in(client)
    code = app.next_code()
    post(client, CODE, code=code)
    sign_in(client)
    post(client, CODE, code=codes[0])
    ours = [str(record.msg) for record in caplog.records if not record.name.startswith("django.db")]
    assert ours
    assert not any(word in line for line in ours for word in (app.totp.secret, f"'{code}'", *codes, EMAIL))


@pytest.mark.django_db(transaction=True)
def test_of_two_that_come_together_with_one_code_one_is_let_in(monkeypatch):
    user = User.objects.create_user(EMAIL, PASSWORD)
    secret = second_factor.set_up(user).secret
    user.second_factor_at = timezone.now()
    user.save()
    clients = [Client(), Client(), Client()]
    for client in clients:
        sign_in(client)
    code = pyotp.TOTP(secret).now()

    def enter(client):
        try:
            return post(client, CODE, code=code).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as threads:
        assert sorted(threads.map(enter, clients)) == [200, 401, 401]
