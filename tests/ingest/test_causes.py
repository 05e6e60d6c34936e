"""What a file is instead of a log, told by its first lines."""

import json

import pytest

from churn_spark.ingest.causes import cause
from tests.rows import log_line, logged

EVENT = logged()
REQUEST = {"time": "2026-01-01", "client": "10.0.0.7", "path": "/a"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345", "run git lfs pull"),
        ("<!DOCTYPE html>\n<html>\n<title>404</title>", "it is an HTML page"),
        ("<?xml version='1.0'?>\n<events/>", "it is XML"),
        (json.dumps(EVENT, indent=2), "go over several lines; write one object a line, for example with jq -c ."),
        (json.dumps([EVENT]), "it is a JSON array"),
        (json.dumps([EVENT], indent=2), "it is a JSON array"),
        ("\x1f\ufffd\x08\x00abc", "if it is compressed, give it the ending .gz"),
        (json.dumps(REQUEST), "its lines have time, client, path, and not ts, sessionId, itemInSession, page, auth"),
        ('10.0.0.7 - ann [10/Oct/2026:13:55:36 +0000] "GET / HTTP/1.1" 200 5', "it is the access log of a web server"),
        ("ts,userId,page\n1,ann,Home", "it is a table with commas between the columns"),
    ],
)
def test_another_file_is_told(text: str, words: str) -> None:
    told = cause(text.split("\n")[:5])
    assert told is not None and words in told
    assert "10.0.0.7" not in told and "ann" not in told


@pytest.mark.parametrize("line", [log_line(ts=None), log_line()[:-1], "garbage", ""])
def test_single_broken_lines_tell_of_no_other_file(line: str) -> None:
    assert cause([line]) is None
