"""Pseudonyms: the user IDs of every table from silver on. Only the holder of the key can make them again."""

import hmac
from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import DataFrame


def pseudonyms(raw_user_ids: DataFrame, key: bytes) -> DataFrame:
    """Rows of `silver.user_pseudonyms` for distinct `raw_user_id`: `user_id` is HMAC-SHA256 (RFC 2104) in hex.

    Python computes them in Arrow batches. Spark's own functions would put the key into the query plan and Spark's logs.
    """

    def hashed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            raw = batch["raw_user_id"].to_pylist()
            user_ids = [hmac.digest(key, user_id.encode(), "sha256").hex() for user_id in raw]
            yield pa.RecordBatch.from_pydict({"raw_user_id": raw, "user_id": user_ids})

    return raw_user_ids.select("raw_user_id").mapInArrow(hashed, "raw_user_id STRING, user_id STRING")


def with_pseudonyms(events: DataFrame, user_pseudonyms: DataFrame) -> DataFrame:
    """Replace the raw `user_id` by its pseudonym, from the rows of `silver.user_pseudonyms`; a null stays null."""
    raw = events.withColumnRenamed("user_id", "raw_user_id")
    return raw.join(user_pseudonyms, "raw_user_id", "left").drop("raw_user_id")
