"""Settings of sources for tests."""

from typing import Any

from pydantic import SecretStr

from churn_spark.settings.all import Settings

KEY = SecretStr("k" * 32)


def with_source(settings: Settings, name: str, columns: dict[str, str | None], **source: Any) -> Settings:
    """The settings of own logs, with a source that has just these columns."""
    sources = settings.sources
    given = getattr(sources, name).model_copy(update={**source, "columns": columns})
    ingest = settings.ingest.model_copy(update={"logs": "logs"})
    identity = settings.identity.model_copy(update={"pseudonym_key": KEY})
    return settings.model_copy(
        update={"sources": sources.model_copy(update={name: given}), "identity": identity, "ingest": ingest}
    )
