"""From events to log lines, as the two versions of the app write them."""

import json
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn_spark.clock import MS_PER_DAY
from churn_spark.settings.simulate import SimulateSettings
from churn_spark.simulate import parameters as p
from churn_spark.simulate.catalogue import songs
from churn_spark.simulate.clock import epoch_ms
from churn_spark.simulate.events import names_user
from churn_spark.simulate.pages import AUTHS, PAGES
from churn_spark.simulate.parts import Part
from churn_spark.simulate.users import Users

PERSON_FIELDS = ("location", "userAgent", "lastName", "firstName", "registration", "gender")
VISITOR_FIELDS = ("location", "userAgent")  # the newer app also writes them for a visitor who is not logged in
SONG_FIELDS = ("artist", "song", "length")
OLD_APP = {"appVersion": "1.8.2"}  # its own field; it also writes users as numbers, times as text, and no nulls


def log_lines(settings: SimulateSettings, part: Part) -> pa.StringArray:
    """One JSON object per event."""
    users, events, first = part.users, part.events, epoch_ms(settings)
    old = events["ts"] < users.old_app_until[events["user"]] * MS_PER_DAY
    person = 4 * events["user"] + 2 * ~names_user(events) + old
    song = np.where(events["song"] < 0, p.SONGS + old, events["song"])
    request = 2 * (len(AUTHS) * events["page"] + events["auth"]) + events["paid"]
    return pc.binary_join_element_wise(
        '{"ts":', _text(first + events["ts"]),
        _user_ids(users).take(pa.array(person)),
        ',"sessionId":', _text(part.session_ids[events["session"]]),
        _requests().take(pa.array(request)),
        ',"itemInSession":', _text(events["item"]),
        _people(users, first).take(pa.array(person)),
        _songs().take(pa.array(song)),
        "}", "",
    )  # fmt: skip


def _text(numbers: np.ndarray) -> pa.StringArray:
    return pc.cast(pa.array(numbers), pa.string())


def _fields(fields: dict[str, Any]) -> str:
    """Part of a JSON object, with the comma before it."""
    return "," + json.dumps(fields, ensure_ascii=False, separators=(",", ":"))[1:-1] if fields else ""


def _user_ids(users: Users) -> pa.StringArray:
    """Four texts for each user: logged in (new app, old app), logged out (new app, old app); `_people` likewise."""
    ways = [(str(number), number, "", "") for number in users.number.tolist()]
    return pa.array([_fields({"userId": value}) for values in ways for value in values])


def _people(users: Users, first: int) -> pa.StringArray:
    registration = first + users.registered
    columns = (
        users.location,
        users.user_agent,
        users.last_name,
        users.first_name,
        registration,
        users.gender,
    )
    parts = []
    for values in zip(*(column.tolist() for column in columns), strict=True):
        person = dict(zip(PERSON_FIELDS, values, strict=True))
        registered = np.datetime64(person["registration"], "ms")
        parts.append(_fields(person | {"registration": float(person["registration"])}))
        parts.append(_fields(person | {"registration": f"{registered}Z"} | OLD_APP))
        parts.append(_fields({name: person[name] if name in VISITOR_FIELDS else None for name in PERSON_FIELDS}))
        parts.append(_fields(OLD_APP))
    return pa.array(parts)


@lru_cache(maxsize=1)
def _requests() -> pa.StringArray:
    """One text for each page, state of authentication and level."""
    return pa.array([
        _fields({"page": page, "auth": auth, "method": method, "status": status, "level": level})
        for page, method, status in PAGES for auth in AUTHS for level in ("free", "paid")
    ])  # fmt: skip


@lru_cache(maxsize=1)
def _songs() -> pa.StringArray:
    """One text for each song of the catalogue, then two for events without a song: new app, old app."""
    rows = zip(songs().artist, songs().title, songs().seconds.tolist(), strict=True)
    of_songs = [_fields(dict(zip(SONG_FIELDS, row, strict=True))) for row in rows]
    return pa.array([*of_songs, _fields(dict.fromkeys(SONG_FIELDS)), ""])
