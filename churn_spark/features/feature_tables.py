"""All feature tables with their features, and the page that describes them."""

from collections.abc import Mapping, Sequence

from churn_spark.features import catalogue, demographics, support, transactions
from churn_spark.features.catalogue import BEHAVIOR, FEATURE_VERSION
from churn_spark.features.definition import Declared
from churn_spark.features.demographics import DEMOGRAPHICS
from churn_spark.features.store import Lookup
from churn_spark.features.support import SUPPORT
from churn_spark.features.transactions import TRANSACTION_FEATURES
from churn_spark.lake import Lake
from churn_spark.tables import Table

Features = Sequence[Declared]

FEATURE_TABLES: Mapping[Table, Features] = {
    BEHAVIOR: catalogue.ALL_FEATURES,
    DEMOGRAPHICS: demographics.FEATURES,
    TRANSACTION_FEATURES: transactions.FEATURES,
    SUPPORT: support.FEATURES,
}
TABLE_FEATURES: Features = [feature for features in FEATURE_TABLES.values() for feature in features]


def features_in(lake: Lake) -> Features:
    """The features whose tables have been made, in the order in which models take them."""
    return [feature for table, features in FEATURE_TABLES.items() if lake.exists(table) for feature in features]


def lookups_in(lake: Lake) -> list[Lookup]:
    """Lookups of just those features."""
    return [
        Lookup(table.name, tuple(feature.name for feature in features))
        for table, features in FEATURE_TABLES.items()
        if lake.exists(table)
    ]


def page() -> str:
    """The catalogue of features in Markdown."""
    lines = [
        "# Features",
        "",
        f"The {len(TABLE_FEATURES)} features of all feature tables, version {FEATURE_VERSION}; `python -m "
        "churn_spark.features` writes this page. All are DOUBLE, null where not known, and use only what is from "
        "before `as_of`. A window of 30 days is the 30 days, UTC, that end at `as_of`; of a feature without one, all "
        "days count.",
    ]
    sections: list[tuple[str, Table, Features]] = [
        (category.capitalize(), BEHAVIOR, features) for category, features in catalogue.CATEGORIES.items()
    ]
    sections += [
        (table.name.partition(".")[2].capitalize(), table, features)
        for table, features in FEATURE_TABLES.items()
        if table != BEHAVIOR
    ]
    for title, table, features in sections:
        lines += ["", f"## {title}", "", f"In `{table.name}`.", ""]
        lines += ["| feature | type | unit | window | meaning | null | range | since |", "|" + " --- |" * 8]
        lines += [_line(feature) for feature in features]
    return "\n".join(lines) + "\n"


def _line(feature: Declared) -> str:
    low, high = (f"{bound:g}" if bound is not None else "" for bound in (feature.minimum, feature.maximum))
    cells = (
        f"`{feature.name}`",
        feature.type,
        feature.unit,
        f"{feature.window} days" if feature.window else "",
        feature.meaning,
        feature.null or "never",
        f"{low} … {high}" if low or high else "any",
        feature.since,
    )
    return f"| {' | '.join(cells)} |"
