"""Sources from files reach silver under pseudonyms, and customers keep their history."""

import re
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from churn_spark.errors import DataRefused, UserError
from churn_spark.identity.stage import with_users
from churn_spark.identity.tables import SESSIONS, USER_PSEUDONYMS
from churn_spark.lake import Lake
from churn_spark.settings.all import Settings
from churn_spark.sources.reading import source_settings
from churn_spark.sources.stage import sources
from churn_spark.sources.tables import CALENDAR, CUSTOMERS, TRANSACTIONS
from churn_spark.table import Table
from tests.sources.settings import KEY, with_source

KEY_BYTES = KEY.get_secret_value().encode()
SHORT_SESSIONS = Table(SESSIONS.name, "Sessions, of which the users alone are asked for", "user_id STRING")

UNDATED: dict[str, str | None] = {"user_id": "who", "updated_at": None, "contract_months": "months"}
DATED = UNDATED | {"updated_at": "day"}
PAYMENTS: dict[str, str | None] = {"transaction_id": "id", "user_id": "who", "paid_at": "day", "amount": "price"}


def contracts(lake: Lake) -> list[tuple[str, int]]:
    """Raw user ID and months of every row of the history, in order."""
    rows = lake.read(CUSTOMERS).join(lake.read(USER_PSEUDONYMS), "user_id").orderBy("raw_user_id", "updated_at")
    return [(row.raw_user_id, row.contract_months) for row in rows.collect()]


def test_an_undated_customer_gets_a_new_row_when_something_changes(
    lake: Lake, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "customers.csv"
    named = with_source(settings, "customers", UNDATED, location=str(file))
    for content in ("who,months\nann,1\nbob,\n", "who,months\nann,1\nbob,\n", "who,months\nann,12\nbob,\n"):
        file.write_text(content)
        sources(lake, named)
    assert contracts(lake) == [("ann", 1), ("ann", 12), ("bob", None)]


def test_a_dated_history_is_taken_over_once(lake: Lake, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text("who,day,months\nann,2026-01-01,1\nann,2026-02-01,12\n")
    named = with_source(settings, "customers", DATED, location=str(file))
    assert [sources(lake, named), sources(lake, named)] == [{"customers": 2}, {"customers": 2}]
    assert contracts(lake) == [("ann", 1), ("ann", 12)]


def test_payments_become_what_the_source_holds_now(lake: Lake, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "payments.json"
    named = with_source(settings, "transactions", PAYMENTS, location=str(file), format="json")
    file.write_text('{"id": 1, "who": "ann", "day": "2026-01-01", "price": 9.99}\n')
    sources(lake, named)
    file.write_text('{"id": 2, "who": "ann", "day": "2026-01-02", "price": 5}\n')
    assert sources(lake, named) == {"transactions": 1}
    assert [row.transaction_id for row in lake.read(TRANSACTIONS).collect()] == ["2"]


def test_a_source_that_says_the_same_leaves_its_table_as_it_is(lake: Lake, settings: Settings, tmp_path: Path) -> None:
    customers, payments = tmp_path / "customers.csv", tmp_path / "payments.csv"
    customers.write_text("who,day,months\nann,2026-01-01,1\n")
    payments.write_text("id,who,day,price\n1,ann,2026-01-01,9.99\n")
    named = with_source(settings, "customers", DATED, location=str(customers))
    named = with_source(named, "transactions", PAYMENTS, location=str(payments))
    versions = []
    for _ in range(2):
        sources(lake, named)
        versions.append([lake.version(table) for table in (CUSTOMERS, TRANSACTIONS)])
    assert versions[0] == versions[1]


def test_a_calendar_needs_no_user(lake: Lake, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "calendar.csv"
    file.write_text("day,kind,name\n2026-01-01,holiday,New Year\n2026-01-01,holiday,New Year\n")
    named = with_source(settings, "calendar", settings.sources.calendar.columns, location=str(file))
    assert sources(lake, named) == {"calendar": 1}
    assert [tuple(row) for row in lake.read(CALENDAR).collect()] == [(date(2026, 1, 1), "holiday", "New Year", None)]


@pytest.mark.parametrize(
    ("name", "columns", "content", "message"),
    [
        ("calendar", {"day": "day", "kind": "kind"}, "day,kind\n2026-01-01,strike\n",
         "kind is one of the expected values: holiday, promotion"),
        ("calendar", {"day": "day", "kind": "kind"}, "day,kind\nsoon,holiday\n",
         "columns.day: 'soon' is no day, in row 1"),
        ("tickets", {"ticket_id": "id", "user_id": "who", "opened_at": "day", "satisfaction": "stars"},
         "id,who,day,stars\n1,ann,2026-01-01,10\n", "satisfaction lies from 1 to 5"),
        ("customers", {"user_id": "who", "updated_at": None, "age": "age"}, "who,age\nann,1985\n",
         "age lies from 0 to 130 years"),
    ],
)  # fmt: skip
def test_a_value_out_of_its_range_is_refused(
    lake: Lake,
    settings: Settings,
    tmp_path: Path,
    name: str,
    columns: dict[str, str | None],
    content: str,
    message: str,
) -> None:
    file = tmp_path / "source.csv"
    file.write_text(content)
    with pytest.raises(DataRefused, match=re.escape(message)):
        sources(lake, with_source(settings, name, columns, location=str(file)))


def test_simulated_logs_bring_their_records_along_and_a_named_source_wins(
    spark: SparkSession, settings: Settings
) -> None:
    own = with_source(settings, "tickets", {}, location="tickets.csv")
    simulated = own.model_copy(update={"ingest": settings.ingest})
    assert source_settings("customers", simulated).location == settings.lake.path("landing", "records", "customers")
    assert source_settings("tickets", simulated).location == "tickets.csv"
    assert source_settings("customers", own).location is None


def test_a_wrong_value_is_refused_and_writes_nothing(lake: Lake, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "payments.csv"
    file.write_text("id,who,day,price\n1,ann,2026-01-01,dear\n")
    with pytest.raises(DataRefused, match=r"columns\.amount: 'dear' is no number, in the row with transaction_id '1'"):
        sources(lake, with_source(settings, "transactions", PAYMENTS, location=str(file)))
    assert not lake.exists(TRANSACTIONS)


def test_a_customer_is_told_by_the_number_of_the_row(lake: Lake, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text("who,day,months\nann,2026-01-01,1\nbob,2026-01-01,twelve\n")
    with pytest.raises(DataRefused, match=r"columns\.contract_months: 'twelve' is no whole number, in row 2; correct"):
        sources(lake, with_source(settings, "customers", DATED, location=str(file)))


def test_an_expression_that_fails_on_a_row_is_told_by_its_column(
    lake: Lake, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "payments.csv"
    file.write_text("id,who,day,price\n1,ann,2026-01-01,dear\n")
    columns = PAYMENTS | {"amount": "price / 100"}
    with pytest.raises(DataRefused, match=r"transactions\.columns\.amount: 'dear' does not fit the expression"):
        sources(lake, with_source(settings, "transactions", columns, location=str(file)))


def test_rows_of_users_without_events_are_counted(
    lake: Lake, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    users = with_users(lake, lake.spark.createDataFrame([("1001",)], "raw_user_id STRING"), KEY_BYTES)
    lake.replace(SHORT_SESSIONS, users.select("user_id"))
    file = tmp_path / "customers.csv"
    named = with_source(settings, "customers", DATED, location=str(file))
    file.write_text("who,day,months\nno-such-user,2026-01-01,1\n")
    assert sources(lake, named) == {"customers": 1, "customers without events": 1}
    assert "none of its users has an event in the logs" in caplog.text
    caplog.clear()
    file.write_text("who,day,months\nno-such-user,2026-01-01,1\n1001.0,2026-01-01,1\n")
    assert sources(lake, named) == {"customers": 2, "customers without events": 1}
    assert "none of its users" not in caplog.text


def test_a_file_that_is_not_there_is_named(lake: Lake, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"sources\.customers\.location: .*nowhere\.csv: cannot be read"):
        sources(lake, with_source(settings, "customers", UNDATED, location=str(tmp_path / "nowhere.csv")))
