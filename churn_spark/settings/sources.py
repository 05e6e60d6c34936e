"""Data besides the logs."""

import re
from typing import Literal
from zoneinfo import available_timezones

from pydantic import Field, PositiveInt, SecretStr, field_validator

from churn_spark.settings.section import Section


class SourceSettings(Section):
    """One source besides the logs, unused where `location` is null; `columns` are SQL expressions over its columns."""

    location: str | None
    format: Literal["csv", "json", "parquet"]
    table: str = Field(min_length=1)
    split_by: str | None
    partitions: PositiveInt
    rows: str = Field(min_length=1)
    next: str = Field(min_length=1)
    time_zone: str
    columns: dict[str, str | None]

    @field_validator("location")
    @classmethod
    def _without_secret(cls, location: str | None) -> str | None:
        if location and re.search(r"password=|://[^/?]*:[^/?]*@", location):
            raise ValueError("holds a password; set CHURN_SPARK_SOURCES__JDBC_PASSWORD or __REST_TOKEN instead")
        return location

    @field_validator("time_zone")
    @classmethod
    def _named(cls, time_zone: str) -> str:
        if time_zone not in available_timezones():
            raise ValueError("no such time zone; name one such as UTC or Europe/Berlin")
        return time_zone


class SourcesSettings(Section):
    """Data besides the logs; password and token come from the environment only."""

    jdbc_user: str | None
    jdbc_password: SecretStr | None
    rest_token: SecretStr | None
    customers: SourceSettings
    transactions: SourceSettings
    tickets: SourceSettings
    calendar: SourceSettings
