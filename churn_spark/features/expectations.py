"""What a feature table must keep: it follows from the declarations of its features."""

from collections.abc import Sequence

import pandas as pd

from churn_spark.behavior.definition import Declared
from churn_spark.quality.distribution import (
    correlations,
    same_findings,
    shift_findings,
    shifts,
    unknown_findings,
)
from churn_spark.quality.expectation import ColumnsSatisfy, DeclaredColumns, Expectation, in_sql, one_row_per
from churn_spark.quality.finding import Finding
from churn_spark.settings.features import FeatureSettings
from churn_spark.table import Table

WHOLE = ("count", "flag")


def feature_rows(table: Table, features: Sequence[Declared]) -> list[Expectation]:
    """Expectations of every row of a feature table."""
    return [
        DeclaredColumns(),
        one_row_per(table.keys),
        ColumnsSatisfy(
            "every feature is null, whole and in its range as FEATURES.md declares it",
            {feature.name: _as_declared(feature) for feature in features},
        ),
    ]


def distribution(
    new: pd.DataFrame, old: pd.DataFrame | None, names: Sequence[str], limits: FeatureSettings
) -> list[Finding]:
    """Findings about a sample of the new rows, and about shifts from a sample of the table's present rows, if any."""
    findings = unknown_findings(dict(new[list(names)].isna().mean()), limits.warn_null_share)
    findings += same_findings(correlations(new, names), limits.warn_correlation)
    if old is not None:
        findings += shift_findings(shifts(old, new, [name for name in names if name in old]), limits.warn_shift)
    return findings


def _as_declared(feature: Declared) -> str:
    name = feature.name
    if feature.levels:
        conditions = [(f"{name} IN ({in_sql(feature.levels)})", True)]
    else:
        conditions = [
            (f"NOT isnan({name})", True),
            (f"{name} = floor({name})", feature.type in WHOLE),
            (f"{name} >= {feature.minimum}", feature.minimum is not None),
            (f"{name} <= {feature.maximum}", feature.maximum is not None),
        ]
    conditions.append((f"{name} IS NOT NULL", feature.null is None))
    return " AND ".join(condition for condition, applies in conditions if applies)
