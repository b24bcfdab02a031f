"""GET /api/releases/{release_id}/export.json and export.csv"""

import csv
import io
import json
import re
from datetime import datetime

import pytest

from releases.domain import RunStatus
from tests.api.samples import SMALL, start_spread, start_whole
from tests.api.test_live_reads import followed
from tests.problems import assert_problem

TREE = "/api/releases/release:a/hierarchy/"
JSON = "/api/releases/release:a/export.json"
CSV = "/api/releases/release:a/export.csv"

pytestmark = pytest.mark.django_db

both = pytest.mark.parametrize("path", [JSON, CSV])


def rows(response, encoding="utf-8"):
    return list(csv.DictReader(io.StringIO(response.content.decode(encoding), newline="")))


class TestFile:
    @pytest.mark.parametrize(("path", "extension"), [(JSON, "json"), (CSV, "csv")])
    def test_it_is_kept_under_the_name_of_the_release_and_the_time(self, owner, fake_temporal, path, extension):
        start_whole(fake_temporal, "release:a")
        disposition = owner.get(path)["Content-Disposition"]
        found = re.fullmatch(rf'attachment; filename="release-a_(\d{{8}}T\d{{6}}Z)\.{extension}"', disposition)
        assert found
        datetime.strptime(found[1], "%Y%m%dT%H%M%SZ")  # noqa: DTZ007  # That it is a time is all.

    def test_the_longest_id_makes_no_longer_name_than_disks_allow(self, owner, fake_temporal):
        release_id = "release:" + ".-_" * 66 + "ab"
        start_whole(fake_temporal, release_id)
        disposition = owner.get(f"/api/releases/{release_id}/export.json")["Content-Disposition"]
        name = re.fullmatch(r'attachment; filename="([A-Za-z0-9_.-]+)"', disposition)
        assert len(name[1]) <= 255

    @both
    def test_it_says_what_it_is_and_is_never_sniffed(self, owner, fake_temporal, path):
        start_whole(fake_temporal, "release:a")
        answer = owner.get(path)
        assert answer["Content-Type"] in ("application/json", "text/csv; charset=utf-8")
        assert answer["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize("accept", ["text/csv", "application/json", "text/*", "*/*"])
    def test_a_table_is_given_whoever_accepts_text_or_json(self, owner, fake_temporal, accept):
        start_whole(fake_temporal, "release:a")
        assert owner.get(CSV, headers={"Accept": accept})["Content-Type"] == "text/csv; charset=utf-8"

    @both
    def test_what_goes_wrong_is_a_problem_and_no_file(self, owner, fake_temporal, path):
        for accept in ("text/csv, application/json", "*/*"):
            answer = owner.get(path, headers={"Accept": accept})
            assert_problem(answer, 404, "release_not_found")
            assert "Content-Disposition" not in answer

    def test_so_it_is_for_who_accepts_nothing_but_csv(self, owner, fake_temporal):
        assert_problem(owner.get(CSV, headers={"Accept": "text/csv"}), 404, "release_not_found")
        assert_problem(owner.get(CSV, headers={"Accept": "image/png"}), 406, "not_acceptable")

    @both
    def test_a_server_that_is_gone_is_503(self, owner, fake_temporal, path):
        start_whole(fake_temporal, "release:a")
        fake_temporal.is_up = False
        assert_problem(owner.get(path), 503, "temporal_unavailable")

    @pytest.mark.parametrize("name", ["fresh", "pretty", "bom"])
    @both
    def test_a_switch_is_a_boolean(self, owner, fake_temporal, path, name):
        body = assert_problem(owner.get(path, {name: "perhaps"}), 400, "invalid_parameter")
        assert list(body["errors"]) == [name]
        assert not fake_temporal.calls

    @both
    async def test_it_is_answered_from_what_is_live_unless_a_fresh_one_is_wanted(self, get, fake_temporal, path):
        start_whole(fake_temporal, "release:a")
        async with followed():
            fake_temporal.asked.clear()
            assert (await get(path)).status_code == 200
            assert fake_temporal.asked == []
            assert (await get(path, fresh="1")).status_code == 200
            assert fake_temporal.asked


class TestJson:
    def test_it_is_the_tree_as_hierarchy_gives_it(self, owner, fake_temporal):
        start_spread(fake_temporal, "release:a")
        tree, file = owner.get(TREE).json(), owner.get(JSON).json()
        assert file | {"as_of": ""} == tree | {"as_of": ""}

    def test_it_is_indented_for_people(self, owner, fake_temporal):
        start_whole(fake_temporal, "release:a")
        plain, pretty = owner.get(JSON).content, owner.get(JSON, {"pretty": "1"}).content
        assert b"\n" not in plain
        assert pretty.startswith(b'{\n  "version": 0,\n')
        assert json.loads(plain) | {"as_of": ""} == json.loads(pretty) | {"as_of": ""}


class TestCsv:
    def test_each_entity_has_a_row_parents_first(self, owner, fake_temporal):
        start_spread(fake_temporal, "release:a")
        assert [(row["type"], row["path"]) for row in rows(owner.get(CSV))] == [
            ("release", ""),
            ("wave", "wave:w1"),
            ("cluster", "wave:w1/cluster:eu-west"),
            ("bundle", "wave:w1/cluster:eu-west/bundle:core"),
            ("app", "wave:w1/cluster:eu-west/bundle:core/app:api"),
            ("app", "wave:w1/cluster:eu-west/bundle:core/app:web"),
            ("cluster", "wave:w1/cluster:us-east"),
            ("bundle", "wave:w1/cluster:us-east/bundle:edge"),
            ("app", "wave:w1/cluster:us-east/bundle:edge/app:proxy"),
            ("wave", "wave:w2"),
        ]

    def test_an_app_has_its_place_its_state_its_version_and_its_times(self, owner, fake_temporal):
        app = {
            "id": "app:api",
            "name": "API",
            "state": "running",
            "version": "4.12.0",
            "created_at": "2025-11-22T14:00:00+01:00",
            "updated_at": "2025-11-22T13:01:30.5Z",
        }
        start_spread(fake_temporal, "release:a")
        fake_temporal.queries("app:api")["get_app_state"] = app
        row = next(row for row in rows(owner.get(CSV)) if row["id"] == "app:api")
        assert row == {
            "release_id": "release:a",
            "type": "app",
            "id": "app:api",
            "path": "wave:w1/cluster:eu-west/bundle:core/app:api",
            "name": "API",
            "wave": "w1",
            "cluster": "eu-west",
            "bundle": "core",
            "app": "API",
            "state": "running",
            "phase": "succeeded",
            "reported_state": "",
            "version": "4.12.0",
            "created_at": "2025-11-22T13:00:00Z",
            "updated_at": "2025-11-22T13:01:30.500000Z",
            "duration_seconds": "90.5",
            "error_message": "",
            "problem": "",
            "problem_detail": "",
            "workflow_id": "app:api",
        }

    def test_what_can_not_be_read_says_why(self, owner, fake_temporal):
        start_spread(fake_temporal, "release:a")
        fake_temporal.queries("app:web")["get_app_state"] = None
        row = next(row for row in rows(owner.get(CSV)) if row["id"] == "app:web")
        assert (row["state"], row["phase"]) == ("", "unknown")
        assert row["problem"] == "invalid_payload"
        assert row["problem_detail"].endswith(".")

    def test_what_was_interrupted_did_not_take_any_time_that_is_known_but_its_release_did(self, owner, fake_temporal):
        times = {"created_at": "2025-11-22T13:00:00Z", "updated_at": "2025-11-22T13:01:00Z"}
        start_spread(fake_temporal, "release:a", {"wave:w1": {}})
        release = {"id": "release:a", "state": "deploying", "waves": [{"id": "wave:w1", "state": "deploying", **times}]}
        fake_temporal.queries("release:a")["get_hierarchy"] = release
        fake_temporal.end("release:a", RunStatus.TERMINATED)
        first, wave = rows(owner.get(CSV))
        assert (first["state"], first["reported_state"]) == ("terminated", "deploying")
        assert float(first["duration_seconds"]) >= 0
        assert (wave["state"], wave["duration_seconds"]) == ("interrupted", "")

    def test_texts_of_a_workflow_stay_in_their_cell_and_are_no_formula(self, owner, fake_temporal):
        message = '=HYPERLINK("http://evil.example","x"),\r\nnext "line" é 🚀'
        odd = {"id": "release:a", "state": "@cmd", "name": "\tx\ud800", "error_message": message, "waves": []}
        fake_temporal.start("release:a", {"get_release_state": odd, "get_hierarchy": odd})
        [row] = rows(owner.get(CSV))
        assert row["error_message"] == f"'{message}"
        assert row["state"] == "'@cmd"
        assert row["name"].startswith("'\tx")

    def test_it_begins_with_a_byte_order_mark_for_excel_alone(self, owner, fake_temporal):
        start_whole(fake_temporal, "release:a")
        assert owner.get(CSV).content.startswith(b"release_id,")
        marked = owner.get(CSV, {"bom": "1"})
        assert marked.content.startswith(b"\xef\xbb\xbfrelease_id,")
        assert rows(marked, "utf-8-sig")[0]["release_id"] == "release:a"

    def test_an_empty_release_is_one_row(self, owner, fake_temporal):
        start_whole(fake_temporal, "release:a", {})
        assert [row["id"] for row in rows(owner.get(CSV))] == ["release:a"]

    @pytest.mark.parametrize("topology", [start_whole, start_spread])
    def test_it_is_the_same_in_either_topology_but_for_who_answers(self, owner, fake_temporal, topology):
        topology(fake_temporal, "release:a", SMALL)
        found = rows(owner.get(CSV))
        assert len(found) == 10
        assert {row["workflow_id"] for row in found} >= {"release:a"}
