"""JSON pages over HTTP, each with some rows and the address of the next."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import pyarrow as pa
import urllib3
from pydantic import SecretStr
from pyspark.sql import DataFrame, SparkSession

from churn_spark.errors import UserError
from churn_spark.settings.sources import SourceSettings

RETRIES = urllib3.Retry(total=6, backoff_factor=0.5, status_forcelist=(429, 500, 502, 503, 504))
TIMEOUT_SECONDS = 60


def fetched_pages(spark: SparkSession, url: str, source: SourceSettings, token: SecretStr | None) -> DataFrame:
    """Rows of all pages from `url` on, one JSON object a row, in the column `value`.

    One task on a worker goes from page to page and holds one at a time. It asks for a failed page again, after growing
    pauses or when the service says so (Retry-After). It gives the token to the server of `url` and to no other.
    """

    def fetch(_: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for rows in _pages(url, source, token.get_secret_value() if token else None):
            yield pa.RecordBatch.from_pydict(
                {"value": [json.dumps(row) for row in rows]}, pa.schema({"value": "string"})
            )

    return spark.range(1, numPartitions=1).mapInArrow(fetch, "value STRING")


def _pages(url: str, source: SourceSettings, token: str | None) -> Iterator[list[Any]]:
    headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    http = urllib3.PoolManager(headers=headers, retries=RETRIES, timeout=TIMEOUT_SECONDS)
    seen: set[str] = set()
    following: str | None = url
    while following:
        if following in seen:
            raise UserError(f"{following}: the pages go round in a circle")
        if urlsplit(following)[:2] != urlsplit(url)[:2]:
            raise UserError(f"{following}: the next page lies on another server than {url}")
        seen.add(following)
        page = _page(http, following)
        if not isinstance(page.get(source.rows), list):
            raise UserError(f"{following}: a page has no list `{source.rows}`; say which field has the rows")
        yield page[source.rows]
        successor = page.get(source.next)
        following = urljoin(following, successor) if successor else None


def _page(http: urllib3.PoolManager, url: str) -> dict[str, Any]:
    try:
        response = http.request("GET", url)
    except urllib3.exceptions.HTTPError as error:
        raise UserError(f"{url}: no answer: {error}") from error
    if response.status != 200:
        raise UserError(f"{url}: answers with status {response.status}")
    try:
        page = response.json()
    except ValueError as error:
        raise UserError(f"{url}: does not answer with JSON") from error
    return page if isinstance(page, dict) else {}
