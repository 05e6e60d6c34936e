"""The rooms' expectations as expectations of Great Expectations, which count rows and show none.

So no value of a customer reaches a result. Great Expectations' own expectations about single values start a Spark job
each, to fetch samples of what they did not expect. These give numbers only. All of them are computed in one pass,
except `ExpectRowsToBeUnique`, which needs its own.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from great_expectations import ExpectationSuite
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
from great_expectations.execution_engine.sparkdf_execution_engine import SparkDFExecutionEngine
from great_expectations.expectations.core.expect_table_columns_to_match_set import ExpectTableColumnsToMatchSet
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.expectations.metrics.metric_provider import metric_partial, metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
from pyspark.sql import Column
from pyspark.sql import functions as F

from churn_spark.quality.expectation import (
    ColumnsSatisfy,
    DeclaredColumns,
    Expectation,
    RowsSatisfy,
    RowsUnique,
    ShareBetween,
)
from churn_spark.table import Table

Kwargs = dict[str, Any]


class _ExpectFewUnexpectedRows(BatchExpectation):
    """Passes if the metric counts at most `max_share` of the rows; `column` is where Data Docs show it."""

    column: str | None = None
    max_share: float = 0

    metric_dependencies: ClassVar[tuple[str, ...]]
    success_keys: ClassVar[tuple[str, ...]]

    def _validate(
        self, metrics: Kwargs, runtime_configuration: Kwargs | None = None, execution_engine: Any = None
    ) -> Kwargs:
        rows, unexpected = (metrics[name] for name in self.metric_dependencies)
        share = unexpected / rows if rows else 0.0
        counts = {"element_count": rows, "unexpected_count": unexpected, "unexpected_percent": 100 * share}
        return {"success": share <= self.max_share, "result": counts}


class ExpectRowsToSatisfy(_ExpectFewUnexpectedRows):
    """Expect an SQL condition to hold; as in a CHECK constraint, a row for which it is null passes."""

    condition: str

    metric_dependencies = ("table.row_count", "table.rows_against")
    success_keys = ("condition", "max_share")


class ExpectRowsToBeUnique(_ExpectFewUnexpectedRows):
    """Expect no two rows to agree in all of `keys`; of rows with the same keys, all but one are unexpected.

    They are counted in a pass of their own. It shuffles only if the rows do not lie by the first key already.
    """

    keys: list[str]

    metric_dependencies = ("table.row_count", "table.rows_repeated")
    success_keys = ("keys", "max_share")


class ExpectColumnsToSatisfy(BatchExpectation):
    """Expect an SQL condition to hold for each column (by name), as in ExpectRowsToSatisfy; for many columns at once.

    Great Expectations takes some 10 ms for every expectation, which for 80 features is more than Spark takes.
    """

    conditions: dict[str, str]
    column: str | None = None

    metric_dependencies = ("table.row_count", "table.columns_against")
    success_keys = ("conditions",)

    def _validate(
        self, metrics: Kwargs, runtime_configuration: Kwargs | None = None, execution_engine: Any = None
    ) -> Kwargs:
        rows, unexpected = (metrics[name] for name in self.metric_dependencies)
        counts = {"element_count": rows, "unexpected_count": max(unexpected)}
        by_column = dict(zip(self.conditions, unexpected, strict=True))
        return {"success": not any(unexpected), "result": {**counts, "details": {"unexpected": by_column}}}


class ExpectShareToBeBetween(BatchExpectation):
    """Expect an SQL condition to hold for a share of the rows for which `among` holds and the condition is not null.

    Passes if there are no such rows; `column` is where Data Docs show it.
    """

    condition: str
    among: str
    minimum: float
    maximum: float
    column: str | None = None

    metric_dependencies = ("table.share",)
    success_keys = ("condition", "among", "minimum", "maximum")

    def _validate(
        self, metrics: Kwargs, runtime_configuration: Kwargs | None = None, execution_engine: Any = None
    ) -> Kwargs:
        share = metrics["table.share"]
        success = share is None or self.minimum <= share <= self.maximum
        return {"success": success, "result": {"observed_value": share}}


def suite(table: Table, columns: Sequence[str], expectations: Sequence[Expectation]) -> ExpectationSuite:
    """The expectations as a suite of Great Expectations, for rows of a table with these declared columns."""
    return ExpectationSuite(table.name, expectations=[_translated(columns, one) for one in expectations])


def _translated(columns: Sequence[str], expectation: Expectation) -> BatchExpectation:
    said: Kwargs = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in vars(expectation).items()
        if name not in ("words", "severity", "cure")
    }
    said |= {"description": expectation.words, "severity": FailureSeverity(expectation.severity)}
    match expectation:
        case DeclaredColumns():
            return ExpectTableColumnsToMatchSet(
                description=expectation.words, column_set=list(columns), severity=said["severity"]
            )
        case RowsSatisfy():
            return ExpectRowsToSatisfy(**said)
        case RowsUnique():
            return ExpectRowsToBeUnique(**said)
        case ColumnsSatisfy():
            return ExpectColumnsToSatisfy(**said)
        case ShareBetween():
            return ExpectShareToBeBetween(**said)
    raise TypeError(f"{type(expectation).__name__}: no expectation of Great Expectations stands for it")


def _aggregate(column: Callable[[Kwargs], Column]) -> Any:
    """What a metric computes in the one pass of all aggregates, from its value keys."""

    @metric_partial(
        engine=SparkDFExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type=MetricDomainTypes.TABLE,
    )
    def _spark(
        cls: type[TableMetricProvider], metric_domain_kwargs: Kwargs, metric_value_kwargs: Kwargs, **_: Any
    ) -> tuple[Column, Kwargs, Kwargs]:
        return column(metric_value_kwargs), metric_domain_kwargs, {}

    return _spark


def _against(condition: str) -> Column:
    return F.count_if(~F.expr(condition))


class _RowsAgainst(TableMetricProvider):
    """Rows for which the condition is false."""

    metric_name = "table.rows_against"
    value_keys = ("condition",)
    _spark = _aggregate(lambda values: _against(values["condition"]))


class _Share(TableMetricProvider):
    """Of the rows for which `among` holds, the share for which the condition is true."""

    metric_name = "table.share"
    value_keys = ("condition", "among")
    _spark = _aggregate(lambda values: F.avg(F.when(F.expr(values["among"]), F.expr(values["condition"]).cast("int"))))


class _ColumnsAgainst(TableMetricProvider):
    """For each of the conditions, the rows for which it is false."""

    metric_name = "table.columns_against"
    value_keys = ("conditions",)
    _spark = _aggregate(lambda values: F.array(*map(_against, values["conditions"].values())))


class _RowsRepeated(TableMetricProvider):
    """Rows beyond the first of each combination of keys."""

    metric_name = "table.rows_repeated"
    value_keys = ("keys",)

    @metric_value(engine=SparkDFExecutionEngine)
    def _spark(
        cls,  # noqa: N805 - Great Expectations makes it a class method
        execution_engine: SparkDFExecutionEngine,
        metric_domain_kwargs: Kwargs,
        metric_value_kwargs: Kwargs,
        **_: Any,
    ) -> int:
        rows = execution_engine.get_domain_records(metric_domain_kwargs)
        copies = rows.groupBy(metric_value_kwargs["keys"]).count()
        return copies.agg(F.coalesce(F.sum(F.col("count") - 1), F.lit(0))).collect()[0][0]
