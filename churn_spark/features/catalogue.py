"""All features of behaviour by category, and the feature table that they make."""

from churn_spark.features import behaviour, diversity, interaction, recency, subscription, technical, temporal, value
from churn_spark.features.definition import Capped, Declared, Feature, Quintile
from churn_spark.tables import Table

FEATURE_VERSION = "v1.1"

CATEGORIES: dict[str, tuple[Declared, ...]] = {
    "temporal": temporal.FEATURES,
    "behaviour": (*behaviour.FEATURES, *behaviour.CAPPED),
    "interaction": interaction.FEATURES,
    "technical": technical.FEATURES,
    "recency": recency.FEATURES,
    "subscription": subscription.FEATURES,
    "diversity": diversity.FEATURES,
    "value": (*value.FEATURES, *value.QUINTILES, value.RFM_SCORE),
}
ALL_FEATURES = tuple(feature for features in CATEGORIES.values() for feature in features)
FEATURES = tuple(feature for feature in ALL_FEATURES if isinstance(feature, Feature))
# What needs all customers of an as_of, and what is summed from that.
RELATIVE: tuple[Quintile | Capped, ...] = (*value.QUINTILES, *behaviour.CAPPED)
TOTALS = (value.RFM_SCORE,)
FEATURE_NAMES = [feature.name for feature in ALL_FEATURES]

FEATURE_COLUMNS = ",\n".join(f"{feature.name} DOUBLE COMMENT '{feature.description}'" for feature in ALL_FEATURES)

BEHAVIOR = Table(
    "customer_features.behavior",
    "How a customer behaved before as_of; one row per customer and as_of",
    f"""
    user_id STRING NOT NULL COMMENT 'Customer: has events before as_of and has not cancelled for good',
    as_of TIMESTAMP NOT NULL COMMENT 'Midnight UTC; only events before it are used',
    feature_version STRING NOT NULL COMMENT 'Version of the feature definitions; a version has all features of those before',
    {FEATURE_COLUMNS}
    """,  # noqa: E501
    keys=("user_id", "as_of"),
    timestamp_key="as_of",
    cluster_by=("as_of", "user_id"),
    change_feed=True,
    evolves=True,
)
