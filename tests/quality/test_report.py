"""The warnings of a run at the end of the pipeline's report."""

from datetime import UTC, datetime
from typing import Any

from churn_spark.lake import Lake
from churn_spark.quality.report import warnings
from churn_spark.quality.tables import QUALITY
from churn_spark.settings.all import Settings

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def row(
    lake: Lake, expectation: str, *, severity: str = "warning", success: bool = False, **found: Any
) -> tuple[Any, ...]:
    run_id, observed, share = found.get("run_id", lake.run_id), found.get("observed"), found.get("share")
    return (run_id, "bronze.events", expectation, "page", severity, success, observed, None, share, NOW)


def test_the_warnings_of_this_run_come_most_important_first(lake: Lake, settings: Settings) -> None:
    assert warnings(lake, settings) == ""
    rows = [
        row(lake, "pages are known", share=0.2),
        row(lake, "pages are known", share=0.85),  # another batch
        row(lake, "the label rate is usual", observed=0.7),
        row(lake, "all is well", success=True, share=0.0),
        row(lake, "it was refused", severity="critical", share=1.0),
        row(lake, "it was of another run", run_id="another", share=1.0),
        *[row(lake, f"{number} is small", share=0.01) for number in range(9)],
    ]
    lake.record(QUALITY, rows)
    lake.write_recorded()
    first, *lines = warnings(lake, settings).splitlines()
    assert first.startswith("Warnings (11); ")
    assert lines[0] == "  bronze.events: expected that pages are known: 85.0% of the rows are not so"
    assert lines[1] == "  bronze.events: expected that 0 is small: 1.0% of the rows are not so"
    assert (len(lines), lines[-1]) == (11, "  and 1 more in ops.quality")
