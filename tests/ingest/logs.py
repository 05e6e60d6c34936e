"""Log files of literal lines, as the tests of ingest write them."""

from pathlib import Path

from churn_spark.settings.all import Settings


def write(file: Path, *lines: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines))
    return file


def reading(settings: Settings, logs: Path, **changes: object) -> Settings:
    """The settings for these logs; no share of broken lines is too high."""
    ingest = settings.ingest.model_copy(update={"logs": str(logs), "refuse_broken_share": 1.0, **changes})
    return settings.model_copy(update={"ingest": ingest})
