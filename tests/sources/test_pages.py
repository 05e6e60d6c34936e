"""Tickets from a real service of JSON pages."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr
from pyspark.sql import SparkSession

from churn_spark.errors import UserError
from churn_spark.settings.all import Settings
from churn_spark.sources.reading import read_source
from tests.sources import pages
from tests.sources.settings import with_source

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with pages.running() as address:
        yield address


def reading(settings: Settings, url: str, token: str = pages.TOKEN) -> Settings:
    named = with_source(settings, "tickets", {}, location=url, rows="tickets", next="next_page")
    return named.model_copy(update={"sources": named.sources.model_copy(update={"rest_token": SecretStr(token)})})


def test_all_pages_arrive_though_one_fails_at_first(spark: SparkSession, settings: Settings, service: str) -> None:
    rows = read_source(spark, "tickets", reading(settings, f"{service}/tickets"))
    assert rows is not None
    found = rows.selectExpr("id", "customer", "via.channel").collect()
    assert sorted(map(tuple, found)) == [(str(t["id"]), t["customer"], "phone") for t in pages.TICKETS]


@pytest.mark.parametrize(
    ("path", "token", "message"),
    [
        ("/tickets", "wrong", "/tickets: answers with status 401"),
        ("/round", pages.TOKEN, "/round: the pages go round in a circle"),
        ("/elsewhere", pages.TOKEN, "the next page lies on another server"),
        ("/openapi.json", pages.TOKEN, "a page has no list `tickets`"),
    ],
)
def test_a_service_that_does_not_play_along_is_told_of_in_a_sentence(
    spark: SparkSession, settings: Settings, service: str, path: str, token: str, message: str
) -> None:
    with pytest.raises(UserError, match=message) as refused:
        read_source(spark, "tickets", reading(settings, f"{service}{path}", token))
    assert str(refused.value).startswith("sources.tickets.location: ")
    assert "\n" not in str(refused.value)
