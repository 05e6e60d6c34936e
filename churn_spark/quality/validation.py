"""Great Expectations on Spark rows: nothing is stored, shown or sent anywhere."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import great_expectations
from great_expectations.core import ExpectationValidationResult
from great_expectations.data_context.types.base import ProgressBarsConfig
from pyspark.sql import DataFrame
from pyspark.sql.types import DataType, StructType

from churn_spark.quality.expectation import Expectation
from churn_spark.quality.finding import Finding
from churn_spark.quality.great_expectations import suite
from churn_spark.table import Table


def validate(rows: DataFrame, table: Table, expectations: Sequence[Expectation]) -> list[Finding]:
    """Check rows of the table against the expectations; one pass computes all that are aggregates."""
    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_spark("spark", persist=False).add_dataframe_asset("rows")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": rows})
    columns = cast(StructType, DataType.fromDDL(table.columns)).names
    results = batch.validate(suite(table, columns, expectations)).results
    return [finding for result in results for finding in _findings(result)]


def _findings(result: ExpectationValidationResult) -> list[Finding]:
    """The result of an expectation; if it is about many columns and failed, one result for each failing column."""
    expectation, measured = result.expectation_config, result.result
    assert expectation is not None and expectation.description is not None
    if not measured:  # Great Expectations keeps what Spark raised and goes on
        raise RuntimeError(f"{expectation.description}: {_exception(result.exception_info)}")
    observed: Any = measured.get("observed_value")
    severity, rows = expectation.severity.value, measured.get("element_count")
    by_column = measured.get("details", {}).get("unexpected", {})
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
            unexpected=measured.get("unexpected_count"),
            observed=float(observed) if isinstance(observed, int | float) else None,
        )
    ]


def _exception(info: Mapping[str, Any]) -> str:
    [first, *_] = [info] if "exception_message" in info else info.values()
    return str(first["exception_message"])
