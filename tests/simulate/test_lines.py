"""The fields of a line, by the app's version and by whether the user is known."""

import json
from typing import Any

import numpy as np
import pytest

from churn_spark.clock import MS_PER_DAY
from churn_spark.simulate.events import names_user
from churn_spark.simulate.lines import PERSON_FIELDS, SONG_FIELDS, VISITOR_FIELDS, log_lines
from tests.simulate.conftest import SETTINGS, Block

REQUEST_FIELDS = {"ts", "sessionId", "itemInSession", "page", "auth", "method", "status", "level"}


@pytest.fixture(scope="module")
def lines(block: Block) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log_lines(SETTINGS, block.part).to_pylist()]


def some(lines: list[dict[str, Any]], block: Block, *, named: bool, old: bool, song: bool) -> list[dict[str, Any]]:
    events = block.part.events
    of_old_app = events["ts"] < block.users.old_app_until[events["user"]] * MS_PER_DAY
    wanted = (names_user(events) == named) & (of_old_app == old) & ((events["song"] >= 0) == song)
    return [lines[place] for place in np.flatnonzero(wanted)]


def types(line: dict[str, Any]) -> dict[str, type]:
    return {name: type(value) for name, value in line.items()}


def test_a_song_has_all_fields(lines: list[dict[str, Any]], block: Block) -> None:
    texts = ("page", "auth", "method", "level", "userId", "location", "userAgent", "lastName", "firstName", "gender")
    wanted = dict.fromkeys(texts, str) | dict.fromkeys(("ts", "sessionId", "itemInSession", "status"), int)
    wanted |= {"registration": float, "artist": str, "song": str, "length": float}
    assert all(types(line) == wanted for line in some(lines, block, named=True, old=False, song=True))


def test_a_page_without_a_song_has_nulls(lines: list[dict[str, Any]], block: Block) -> None:
    for line in some(lines, block, named=True, old=False, song=False):
        assert [line[name] for name in SONG_FIELDS] == [None, None, None]


def test_a_line_without_the_user_tells_the_place_and_the_browser_alone(
    lines: list[dict[str, Any]], block: Block
) -> None:
    for line in some(lines, block, named=False, old=False, song=False):
        assert line["userId"] == ""
        assert {name for name in PERSON_FIELDS if line[name] is not None} == set(VISITOR_FIELDS)


def test_the_older_app_writes_other_types_and_a_field_of_its_own(lines: list[dict[str, Any]], block: Block) -> None:
    old = some(lines, block, named=True, old=True, song=True)
    assert len(old) > 0
    for line in old:
        assert (type(line["userId"]), type(line["registration"]), line["appVersion"]) == (int, str, "1.8.2")


def test_the_older_app_leaves_out_what_it_does_not_know(lines: list[dict[str, Any]], block: Block) -> None:
    old = some(lines, block, named=False, old=True, song=False)
    assert len(old) > 0
    assert all(set(line) == REQUEST_FIELDS | {"userId", "appVersion"} for line in old)


def test_what_a_line_says_of_its_user_never_changes(lines: list[dict[str, Any]]) -> None:
    about = {(line["userId"], line["gender"], line["lastName"], line["location"]) for line in lines if line["userId"]}
    assert len({str(user) for user, *_ in about}) == len({(str(user), *rest) for user, *rest in about})


def test_songs_last_about_four_minutes(lines: list[dict[str, Any]]) -> None:
    lengths = [line["length"] for line in lines if line.get("length")]
    assert 225 < np.median(lengths) < 240
    assert min(lengths) > 0
