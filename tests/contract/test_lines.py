"""Log lines read by the event contract: strictly where they keep it to the letter, tolerantly where they do not."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn_spark.contract.batch import read_lines
from churn_spark.contract.line import Line, iso_ms
from churn_spark.contract.strict import StrictDecoder
from churn_spark.contract.tolerant import read_line
from churn_spark.settings.reading import load_settings
from tests.lakes import LOCAL
from tests.rows import log_line, logged

CONTRACT = load_settings(LOCAL).ingest
LINE = logged()
MS = 1762156800000  # 2025-11-03T08:00:00Z


def line(**changes: object) -> bytes:
    return log_line(**changes).encode()


def written(**texts: str) -> bytes:
    """A line with values as they are to stand in it."""
    return (log_line()[:-1] + "".join(f', "{name}": {text}' for name, text in texts.items()) + "}").encode()


def read(raw: bytes) -> dict[str, Any]:
    columns = read_lines([raw], CONTRACT, StrictDecoder(CONTRACT))
    return {name: column[0].as_py() for name, column in columns.items()}


@pytest.mark.parametrize(
    ("raw", "user", "rescued"),
    [
        ("39", "39", None), ("39.0", "39.0", None), ("3.9e1", "3.9e1", None), ('" 39 "', " 39 ", None),
        ('"039"', "039", None), ("12345678901234567890123", "12345678901234567890123", None), ('""', None, None),
        ("null", None, None), ("true", None, {"userId": "true"}), ("[39]", None, {"userId": '["39"]'}),
        ('{"id": 39}', None, {"userId": '{"id":"39"}'}),
    ],
)  # fmt: skip
def test_a_user_is_text_or_a_number_with_all_its_digits(raw: str, user: str | None, rescued: object) -> None:
    text = json.dumps({name: value for name, value in LINE.items() if name != "userId"})[:-1]
    found = read(f'{text}, "userId": {raw}}}'.encode())
    assert (found["userId"], found["reason"]) == (user, None)
    assert json.loads(found["rescued"] or "null") == rescued


@pytest.mark.parametrize(
    ("registration", "expected"),
    [
        (MS, MS), (float(MS), MS), (str(MS), MS), ("2025-11-03T08:00:00Z", MS), ("2025-11-03T09:00:00+01:00", MS),
        ("", None), (None, None),
    ],
)  # fmt: skip
def test_a_registration_is_a_time_in_any_form(registration: object, expected: int | None) -> None:
    found = read(line(registration=registration))
    assert (found["registration"], found["rescued"]) == (expected, None)


@pytest.mark.parametrize(
    "registration",
    [MS // 1000, MS * 1000, 1774000800000, 0, -1, -2209075200000, -62135596800000, 253402300799000, "n/a", 1e300],
)
def test_an_implausible_registration_is_rescued(registration: object) -> None:
    found = read(line(registration=registration))
    assert (found["registration"], found["reason"]) == (None, None)
    assert json.loads(found["rescued"]).keys() == {"registration"}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (written(page='"Cancellation Confirmation"'), "duplicate_key"),
        (written(device='{"os": 1, "os": 2}'), "duplicate_key"),
        (b"", "blank"), (b" \t\r", "blank"),
        (line()[:-1] + b", ]", "not_json"), (b"[" * 100_000, "not_json"), (written(big="1" * 5000), None),
        (line(itemInSession=99999999999), "missing_itemInSession"), (line(page=True), "missing_page"),
        ("\ufeff".encode() + line(), None), (line().decode().encode("utf-16-le"), "utf_16"),
        (line().decode().encode("utf-16"), "utf_16"),
    ],
)  # fmt: skip
def test_a_line_has_the_reason_that_it_breaks_the_contract_for(raw: bytes, reason: str | None) -> None:
    found = read(raw)
    assert found["reason"] == reason
    assert (found["line"] is None) == (reason in (None, "blank"))
    if found["line"] is not None:
        assert "\0" not in found["line"]


def test_bytes_that_are_not_utf_8_are_counted() -> None:
    found = read(line(artist="Beyoncé").decode().encode("windows-1252"))
    assert (found["artist"], found["reason"], found["unexpected"]) == ("Beyonc\ufffd", None, "line=not UTF-8")


def test_a_colon_in_a_value_is_no_key() -> None:
    found = read(line(song='say ":", now'))
    assert (found["song"], found["reason"], found["rescued"]) == ('say ":", now', None, None)


values = st.one_of(st.none(), st.text('a0 é"\\:', max_size=5), st.integers(-(2**70), 2**70), st.floats(), st.booleans())


@given(changes=st.dictionaries(st.sampled_from([*LINE, "registration", "length", "status", "level", "new"]), values))
def test_a_line_read_strictly_is_what_the_tolerant_way_reads(changes: dict[str, object]) -> None:
    raw = json.dumps({**LINE, **changes}).encode()
    strict, tolerant = StrictDecoder(CONTRACT).read(raw), read_line(raw, CONTRACT)
    if strict is not None:
        assert (tolerant.reason, tolerant.rescued) == (None, None)
        found = {name: value for name, value in read(raw).items() if value is not None and name != "unexpected"}
        assert found == tolerant.values


@given(st.binary(max_size=60))
def test_no_bytes_crash_a_reader(raw: bytes) -> None:
    assert isinstance(read_line(raw, CONTRACT), Line)
    read(raw)


@pytest.mark.parametrize("text", ["12:30", "2025-13-01", "20251103", "tomorrow", "2025-11-03T08:00:00Zulu"])
def test_no_time_is_no_time(text: str) -> None:
    assert iso_ms(text) is None
