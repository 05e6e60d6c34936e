"""What `bronze.events` and `silver.events` must keep."""

from great_expectations import ExpectationSuite
from great_expectations.expectations.metadata_types import FailureSeverity

from churn_spark.ingest.contract import EXPECTED, FIELDS
from churn_spark.quality.expectations import ExpectRowsToBeUnique, ExpectRowsToSatisfy, declared_columns, known, present
from churn_spark.settings import Settings
from churn_spark.tables import BRONZE_EVENTS, SILVER_EVENTS

USER_ID_SOURCES = ("logged", "session", "sequence", "login")


def bronze_events(settings: Settings) -> ExpectationSuite:
    """Expectations of the events of a batch, as the contract lets them through."""
    limits = settings.quality
    span = settings.ingest
    return ExpectationSuite(
        BRONZE_EVENTS.name,
        expectations=[
            declared_columns(BRONZE_EVENTS),
            *[present(field.name) for field in FIELDS if field.required],
            ExpectRowsToSatisfy(
                description=f"ts lies from {span.earliest} to before {span.latest}, UTC",
                column="ts",
                condition=f"ts >= unix_millis(TIMESTAMP '{span.earliest} 00:00:00 UTC') "
                f"AND ts < unix_millis(TIMESTAMP '{span.latest} 00:00:00 UTC')",
            ),
            ExpectRowsToSatisfy(
                description="itemInSession counts from 0", column="itemInSession", condition="itemInSession >= 0"
            ),
            ExpectRowsToSatisfy(
                description="a song has a length above 0 seconds", column="length", condition="length > 0"
            ),
            *[known(name, values) for name, values in EXPECTED.items()],
            ExpectRowsToSatisfy(
                description=f"at most {limits.max_unnamed_share:.2%} of the events name no user",
                column="userId",
                condition="userId IS NOT NULL",
                max_share=limits.max_unnamed_share,
                severity=FailureSeverity.WARNING,
            ),
        ],
    )


def silver_events(settings: Settings) -> ExpectationSuite:
    """Expectations of the events with recovered users under their pseudonyms."""
    limits = settings.quality
    return ExpectationSuite(
        SILVER_EVENTS.name,
        expectations=[
            declared_columns(SILVER_EVENTS),
            *[present(name) for name in ("event_ms", "session_key", "item_in_session", "page", "auth")],
            ExpectRowsToSatisfy(
                description="event_date is the UTC day of event_ms",
                column="event_date",
                condition="event_date <=> date_from_unix_date(int(floor(event_ms / 86400000)))",
            ),
            ExpectRowsToSatisfy(
                description="user_id is a pseudonym: 64 hexadecimal digits",
                column="user_id",
                condition="user_id RLIKE '^[0-9a-f]{64}$'",
            ),
            ExpectRowsToSatisfy(
                description=f"at most {limits.max_unknown_share:.2%} of the events have no known user",
                column="user_id",
                condition="user_id IS NOT NULL",
                max_share=limits.max_unknown_share,
            ),
            known("user_id_source", USER_ID_SOURCES, severity=FailureSeverity.CRITICAL),
            ExpectRowsToSatisfy(
                description="user_id_source tells of every known user, and of no other, how the user is known",
                column="user_id_source",
                condition="(user_id_source IS NULL) = (user_id IS NULL)",
            ),
            ExpectRowsToSatisfy(
                description="user_id_confidence lies from 0 to 1",
                column="user_id_confidence",
                condition="user_id_confidence BETWEEN 0 AND 1",
            ),
            known("level", EXPECTED["level"]),
            ExpectRowsToSatisfy(
                description="a song has a length above 0 ms", column="length_ms", condition="length_ms > 0"
            ),
            ExpectRowsToBeUnique(
                description="no two events of a user agree in session, item number, time and page",
                keys=["session_id", "user_id", "item_in_session", "event_ms", "page"],
                max_share=limits.max_repeated_share,
            ),
        ],
    )
