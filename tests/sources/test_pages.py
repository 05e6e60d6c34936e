"""Tickets from a real service of JSON pages."""

import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from urllib.error import URLError

import pytest
from pydantic import SecretStr
from pyspark.sql import SparkSession

from churn_spark.errors import UserError
from churn_spark.settings import Settings
from churn_spark.sources.reading import read_source
from tests.jobs.processes import PROJECT
from tests.sources import pages
from tests.sources.settings import with_source

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """The address of a service in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "tests.sources.pages:application", "--port", str(port)]
    server = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/docs").close()
                break
            except URLError:
                assert server.poll() is None, "the service did not start"
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


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
