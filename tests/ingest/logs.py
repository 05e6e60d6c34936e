"""Log files of literal lines, as the tests of ingest write them."""

import json
from pathlib import Path

from churn_spark.settings.all import Settings


def event(number: int, **changes: object) -> str:
    fields = {"ts": 1541044398796, "sessionId": 5, "itemInSession": number, "page": "Home", "auth": "Logged In"}
    return json.dumps({**fields, **changes})


def write(file: Path, *lines: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines))
    return file


def reading(settings: Settings, logs: Path, **changes: object) -> Settings:
    """The settings for these logs; no share of broken lines is too high."""
    ingest = settings.ingest.model_copy(update={"logs": str(logs), "refuse_broken_share": 1.0, **changes})
    return settings.model_copy(update={"ingest": ingest})
