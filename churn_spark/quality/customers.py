"""What the tables of customers must keep: the feature tables, `gold.labels` and `gold.training_set`."""

from collections.abc import Sequence

from great_expectations import ExpectationSuite
from great_expectations.expectations.metadata_types import FailureSeverity

from churn_spark.features.definition import Declared
from churn_spark.features.feature_tables import Features
from churn_spark.labels.definitions import REASONS
from churn_spark.labels.snapshot import SNAPSHOT
from churn_spark.quality.expectations import (
    ExpectColumnsToSatisfy,
    ExpectRowsToBeUnique,
    ExpectShareToBeBetween,
    declared_columns,
    known,
)
from churn_spark.settings import Settings
from churn_spark.tables import LABELS, Table
from churn_spark.training.training_set import SPLITS, TRAINING_SET

WHOLE = ("count", "flag")


def feature_table(table: Table, features: Features, settings: Settings) -> ExpectationSuite:
    """Expectations of a feature table, which follow from the declarations of its features."""
    return ExpectationSuite(
        table.name,
        expectations=[
            declared_columns(table),
            _one_row_per(table.keys),
            ExpectColumnsToSatisfy(
                description="every feature is null, whole and in its range as FEATURES.md declares it",
                conditions={feature.name: _as_declared(feature) for feature in features},
            ),
        ],
    )


def labels(settings: Settings) -> ExpectationSuite:
    """Expectations of the labels by every definition of churn."""
    limits = settings.quality
    versions = (SNAPSHOT,) if settings.ingest.kind == "customers" else tuple(REASONS)
    return ExpectationSuite(
        LABELS.name,
        expectations=[
            declared_columns(LABELS),
            _one_row_per(LABELS.keys),
            known("label_version", versions, FailureSeverity.CRITICAL),
            *[
                ExpectShareToBeBetween(
                    description=f"{limits.min_label_rate:.2%} to {limits.max_label_rate:.2%} of the known labels of "
                    f"{version} say churned",
                    column="churned",
                    condition="churned",
                    among=f"label_version = '{version}'",
                    minimum=limits.min_label_rate,
                    maximum=limits.max_label_rate,
                    severity=FailureSeverity.WARNING,
                )
                for version in versions
            ],
        ],
    )


def training_set(settings: Settings) -> ExpectationSuite:
    """Expectations of the training set; what single features tell of the label is found in `leakage.py`."""
    return ExpectationSuite(
        TRAINING_SET.name,
        expectations=[_one_row_per(TRAINING_SET.keys), known("split", SPLITS, FailureSeverity.CRITICAL)],
    )


def _one_row_per(keys: Sequence[str]) -> ExpectRowsToBeUnique:
    return ExpectRowsToBeUnique(description=f"one row per {', '.join(keys)}", keys=list(keys))


def _as_declared(feature: Declared) -> str:
    name = feature.name
    allowed = [
        (f"{name} IS NOT NULL", feature.null is None),
        (f"NOT isnan({name})", True),
        (f"{name} = floor({name})", feature.type in WHOLE),
        (f"{name} >= {feature.minimum}", feature.minimum is not None),
        (f"{name} <= {feature.maximum}", feature.maximum is not None),
    ]
    return " AND ".join(condition for condition, applies in allowed if applies)
