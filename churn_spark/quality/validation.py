"""Great Expectations on Spark rows: nothing is stored, shown or sent anywhere."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import great_expectations
from great_expectations import ExpectationSuite
from great_expectations.core import ExpectationValidationResult
from great_expectations.data_context.types.base import ProgressBarsConfig
from pyspark.sql import DataFrame

from churn_spark.features.feature_tables import FEATURE_TABLES
from churn_spark.quality.customers import feature_table, labels, training_set
from churn_spark.quality.events import bronze_events, silver_events
from churn_spark.quality.finding import Finding
from churn_spark.settings import Settings
from churn_spark.tables import BRONZE_EVENTS, LABELS, SILVER_EVENTS, Table
from churn_spark.training.training_set import TRAINING_SET

SUITES: Mapping[Table, Callable[[Settings], ExpectationSuite]] = {
    BRONZE_EVENTS: bronze_events,
    SILVER_EVENTS: silver_events,
    **{table: partial(feature_table, table, features) for table, features in FEATURE_TABLES.items()},
    LABELS: labels,
    TRAINING_SET: training_set,
}


def validate(rows: DataFrame, suite: ExpectationSuite) -> list[Finding]:
    """Hold rows against a suite whose expectations have a description each; all aggregates take one pass."""
    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_spark("spark", persist=False).add_dataframe_asset("rows")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": rows})
    return [finding for result in batch.validate(suite).results for finding in _findings(result)]


def _findings(result: ExpectationValidationResult) -> list[Finding]:
    """What became of an expectation; of one about many columns that failed, one for each of those that made it fail."""
    expectation, found = result.expectation_config, result.result
    assert expectation is not None and expectation.description is not None
    if not found:  # Great Expectations keeps what Spark raised and goes on
        raise RuntimeError(f"{expectation.description}: {_exception(result.exception_info)}")
    observed: Any = found.get("observed_value")
    severity, rows = expectation.severity.value, found.get("element_count")
    by_column = found.get("details", {}).get("unexpected", {})
    failed = [
        Finding(expectation.kwargs["conditions"][column], column, severity, False, rows, count)
        for column, count in by_column.items()
        if count
    ]
    return failed or [
        Finding(
            expectation=expectation.description,
            column=expectation.kwargs.get("column"),
            severity=severity,
            success=bool(result.success),
            rows=rows,
            unexpected=found.get("unexpected_count"),
            observed=float(observed) if isinstance(observed, int | float) else None,
        )
    ]


def _exception(info: Mapping[str, Any]) -> str:
    [first, *_] = [info] if "exception_message" in info else info.values()
    return str(first["exception_message"])
