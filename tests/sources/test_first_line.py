"""Files that are not what the settings say are told by their first lines."""

from typing import Literal

import pytest

from churn_spark.sources.first_line import wrong_kind


@pytest.mark.parametrize(
    ("start", "wanted", "message"),
    [
        (b"PK\x03\x04\x14\x00\x08", "csv", "is a workbook"),
        (b"PK\x03\x04\x14\x00\x08", "parquet", "is a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "csv", "is a workbook"),
        (b"version https://git-lfs.github.com/spec/v1", "csv", "git lfs pull"),
        (b"version https://git-lfs.github.com/spec/v1", "parquet", "git lfs pull"),
        (b"<!DOCTYPE html>", "json", "is a web page"),
        (b"\r\n<html lang=en>", "csv", "is a web page"),
        (b"\x1f\x8b\x08", "csv", "is compressed by gzip"),
        (b"PAR1\x15\x04", "csv", "set the source's format to parquet"),
        (b"user_id,plan", "parquet", "is not Parquet"),
        ("user_id,plan".encode("utf-16"), "csv", "is not text in UTF-8"),
        (b"[", "json", "over several lines"),
        (b'{"user_id": 1}', "csv", "set the source's format to json"),
    ],
)
def test_another_kind_of_file_is_named(start: bytes, wanted: Literal["csv", "json", "parquet"], message: str) -> None:
    assert message in str(wrong_kind(start.decode(errors="replace"), wanted))


@pytest.mark.parametrize(
    ("start", "wanted"),
    [(b"PAR1\x15\x04", "parquet"), (b"\xef\xbb\xbfuser_id,plan", "csv"), (b'{"user_id": 1}', "json"), (b"", "csv")],
)
def test_the_right_kind_is_not(start: bytes, wanted: Literal["csv", "json", "parquet"]) -> None:
    assert wrong_kind(start.decode(errors="replace"), wanted) is None
