"""What `bronze.events` must keep."""

from churn_spark.contract.fields import EXPECTED, FIELDS
from churn_spark.quality.expectation import DeclaredColumns, Expectation, RowsSatisfy, one_of, present
from churn_spark.settings.ingest import IngestSettings


def bronze_events(limits: IngestSettings) -> list[Expectation]:
    """Expectations of the events of a batch, as the contract lets them through."""
    return [
        DeclaredColumns(),
        *[present(field.name) for field in FIELDS if field.required],
        RowsSatisfy(
            f"ts lies from {limits.earliest} to before {limits.latest}, UTC",
            f"ts >= unix_millis(TIMESTAMP '{limits.earliest} 00:00:00 UTC') "
            f"AND ts < unix_millis(TIMESTAMP '{limits.latest} 00:00:00 UTC')",
            column="ts",
        ),
        RowsSatisfy("itemInSession counts from 0", "itemInSession >= 0", column="itemInSession"),
        RowsSatisfy("a song has a length above 0 seconds", "length > 0", column="length"),
        *[one_of(name, values, severity="warning") for name, values in EXPECTED.items()],
        RowsSatisfy(
            f"at most {limits.warn_unnamed_share:.2%} of the events name no user",
            "userId IS NOT NULL",
            column="userId",
            max_share=limits.warn_unnamed_share,
            severity="warning",
        ),
    ]
