"""All feature tables with their features, and the page that describes them."""

from collections.abc import Mapping, Sequence

from churn_spark.behavior.catalogue import BEHAVIOR_FEATURES, CATEGORIES
from churn_spark.behavior.definition import FEATURE_VERSION, Declared
from churn_spark.features import demographics, holidays, support, transactions
from churn_spark.features.demographics import DEMOGRAPHICS
from churn_spark.features.holidays import CALENDAR_FEATURES
from churn_spark.features.support import SUPPORT
from churn_spark.features.tables import BEHAVIOR
from churn_spark.features.transactions import TRANSACTION_FEATURES
from churn_spark.table import Table

Features = Sequence[Declared]

FEATURE_TABLES: Mapping[Table, Features] = {
    BEHAVIOR: BEHAVIOR_FEATURES,
    DEMOGRAPHICS: demographics.FEATURES,
    TRANSACTION_FEATURES: transactions.FEATURES,
    SUPPORT: support.FEATURES,
    CALENDAR_FEATURES: holidays.FEATURES,
}
ALL_FEATURES: Features = [feature for features in FEATURE_TABLES.values() for feature in features]


def page() -> str:
    """The catalogue of features in Markdown."""
    lines = [
        "# Features",
        "",
        f"The {len(ALL_FEATURES)} features of all feature tables, version {FEATURE_VERSION}. `python -m "
        "churn_spark.features` writes this page. A category is a STRING, all other features are DOUBLE. A feature is "
        "null where it is unknown. It uses only what is from before `as_of`. A window of 30 days is the 30 days, UTC, "
        "that end at `as_of`. A feature without a window uses all days before `as_of`.",
    ]
    sections: list[tuple[str, Table, Features]] = [
        (category.capitalize(), BEHAVIOR, features) for category, features in CATEGORIES.items()
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
    cells = (
        f"`{feature.name}`",
        feature.type,
        feature.unit,
        f"{feature.window} days" if feature.window else "",
        feature.meaning,
        feature.null or "never",
        _range(feature),
        feature.since,
    )
    return f"| {' | '.join(cells)} |"


def _range(feature: Declared) -> str:
    if feature.levels:
        return ", ".join(feature.levels)
    low, high = (f"{bound:g}" if bound is not None else "" for bound in (feature.minimum, feature.maximum))
    return f"{low} … {high}" if low or high else "any"
