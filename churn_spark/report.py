"""What a run made or found, for the person who started it."""

from pyspark.sql import functions as F

from churn_spark.errors import DataRefused
from churn_spark.features.feature_tables import FEATURE_TABLES
from churn_spark.features.point_in_time import newest
from churn_spark.features.segments import SEGMENT_PROFILES, SEGMENTS
from churn_spark.lake import Lake
from churn_spark.settings import Settings
from churn_spark.sources.silver import SOURCES
from churn_spark.tables import (
    BRONZE_EVENTS,
    CHURN_SCORES,
    LABEL_OVERLAP,
    LABELS,
    PARITY,
    QUARANTINE,
    SESSIONS,
    SILVER_EVENTS,
    USER_DAYS,
)
from churn_spark.training import registry
from churn_spark.training.training_set import TRAINING_SET

TABLES = (
    BRONZE_EVENTS, QUARANTINE, SILVER_EVENTS, *SOURCES.values(), SESSIONS, USER_DAYS, *FEATURE_TABLES, SEGMENTS, LABELS,
    TRAINING_SET, CHURN_SCORES,
)  # fmt: skip


def summary(lake: Lake, settings: Settings) -> str:
    """Rows per table, recovered IDs, segments, overlap of the reasons of churn, metrics, highest scores, places."""
    of_data = [_tables(lake), _recovered(lake), _segments(lake), _overlap(lake)]
    parts = [*of_data, _model(settings), _scores(lake), _places(settings)]
    return "\n" + "\n\n".join(part for part in parts if part)


def parity(lake: Lake, settings: Settings) -> str:
    """The features that were found to differ between the table and the online computation."""
    if not lake.exists(PARITY):
        return ""
    found = lake.read(PARITY).where(F.col("run_id") == lake.run_id)
    differing = found.where("mismatched + missing + extra > 0").orderBy("feature").collect()
    if not differing:
        return ""
    lines = [f"{'feature':<34}{'compared':>9}{'mismatched':>12}{'missing':>9}{'extra':>9}"]
    for row in differing:
        lines.append(
            f"{row['feature']:<34}{row['compared']:>9,}{row['mismatched']:>12,}{row['missing']:>9,}{row['extra']:>9,}"
        )
    return "\n".join(lines)


def _tables(lake: Lake) -> str:
    rows = [(table, lake.read(table).count()) for table in TABLES if lake.exists(table)]
    return "\n".join(["Tables", *[f"  {table.name:<32}{count:>12,} rows" for table, count in rows]])


def _recovered(lake: Lake) -> str:
    if not lake.exists(SILVER_EVENTS):
        return ""
    by_source = lake.read(SILVER_EVENTS).groupBy(F.coalesce("user_id_source", F.lit("unknown"))).count().collect()
    rows = {source: count for source, count in by_source}
    ways = {
        "session": "by the only user of their session",
        "sequence": "by the sequence of a shared session",
        "login": "by the login that follows",
    }
    recovered = sum(rows.get(source, 0) for source in ways)
    found = ", ".join(f"{rows[source]:,} {way}" for source, way in ways.items() if source in rows)
    total = recovered + rows.get("unknown", 0)
    return f"Recovered user IDs\n  {recovered:,} of {total:,} events that name no user{found and ': '}{found}"


def _segments(lake: Lake) -> str:
    if not lake.exists(SEGMENT_PROFILES):
        return ""
    lines = [
        "Segments of customers, from the most engaged to the least (means)",
        "  segment  customers  engagement  days since last  sessions of 90 days  paid days",
    ]
    for row in newest(lake.read(SEGMENT_PROFILES)).orderBy("segment").collect():
        lines.append(
            f"  {row['segment']:>7}{row['customers']:>11,}{row['engagement_score_30d']:>12.1f}"
            f"{row['rfm_recency_days']:>17.1f}{row['rfm_frequency_90d']:>21.1f}{row['rfm_monetary_90d']:>11.1f}"
        )
    return "\n".join(lines)


def _overlap(lake: Lake) -> str:
    if not lake.exists(LABEL_OVERLAP):
        return ""
    lines = ["Customers who churned by both definitions, by only the first, by only the second (Jaccard index)"]
    for row in lake.read(LABEL_OVERLAP).orderBy("reason", "other_reason").collect():
        pair = f"{row['reason']}, {row['other_reason']}".replace("_", " ")
        share = "-" if row["jaccard"] is None else f"{row['jaccard']:.2f}"
        lines.append(f"  {pair:<30}{row['both']:>9,}{row['only_reason']:>9,}{row['only_other']:>9,}  ({share})")
    return "\n".join(lines)


def _model(settings: Settings) -> str:
    registry.open_store(settings)
    try:
        champion = registry.load_champion(settings)
    except DataRefused:
        return ""
    metrics = champion.description["metrics"]
    lines = [
        f"Champion {champion.name} version {champion.version}, {champion.description['label_version']}, on the holdout",
        f"  ROC-AUC {metrics['roc_auc']:.3f}, PR-AUC {metrics['pr_auc']:.3f} "
        f"({metrics['positives']:.0f} of {metrics['rows']:,.0f} customers churned)",
    ]
    if "oracle_roc_auc" in metrics:
        lines.append(
            f"  oracle's ROC-AUC {metrics['oracle_roc_auc']:.3f} (it sees the simulator's hidden hazard); "
            f"the model reaches {metrics['oracle_ratio']:.0%} of it"
        )
    return "\n".join(lines)


def _scores(lake: Lake) -> str:
    if not lake.exists(CHURN_SCORES):
        return ""
    highest = newest(lake.read(CHURN_SCORES)).orderBy(F.desc("churn_probability"), "user_id").limit(10).collect()
    lines = [
        f"scores.churn_scores as of {highest[0]['as_of']:%Y-%m-%d}, the ten customers at the highest risk",
        f"  {'user_id':<14}{'probability':>12}  {'risk':<9} {'first factor':<32} recommended action",
    ]
    for row in highest:
        factor, actions = row["top_factors"][0], row["recommended_actions"]
        lines.append(
            f"  {row['user_id'][:12]:<14}{row['churn_probability']:>12.3f}  {row['risk_level']:<9} "
            f"{factor['feature']:<32} {actions[0] if actions else '-'}"
        )
    return "\n".join(lines)


def _places(settings: Settings) -> str:
    return "\n".join([
        "Where it lies",
        f"  lake    {settings.lake.catalog or settings.lake.path()}",
        f"  MLflow  {settings.tracking_uri}",
        f"  model   {settings.model_folder}",
    ])  # fmt: skip
