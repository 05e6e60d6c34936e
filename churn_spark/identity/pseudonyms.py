"""Pseudonyms: user IDs as every table from silver on has them, which only the holder of the key can make again."""

import hmac
from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import DataFrame


def pseudonyms(raw_user_ids: DataFrame, key: bytes) -> DataFrame:
    """Rows of `silver.user_pseudonyms` for `raw_user_id` (distinct): `user_id` is HMAC-SHA256 (RFC 2104) in hex.

    In Arrow batches rather than by Spark's own functions, for a key in a query plan would be a key in Spark's logs.
    """

    def hashed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            raw = batch["raw_user_id"].to_pylist()
            user_ids = [hmac.digest(key, user_id.encode(), "sha256").hex() for user_id in raw]
            yield pa.RecordBatch.from_pydict({"raw_user_id": raw, "user_id": user_ids})

    return raw_user_ids.select("raw_user_id").mapInArrow(hashed, "raw_user_id STRING, user_id STRING")


def with_pseudonyms(events: DataFrame, known: DataFrame) -> DataFrame:
    """Events with the pseudonyms that `known` (`raw_user_id`, `user_id`) has for their raw `user_id`; null stays."""
    raw = events.withColumnRenamed("user_id", "raw_user_id")
    return raw.join(known, "raw_user_id", "left").drop("raw_user_id")
