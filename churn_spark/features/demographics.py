"""Features of a customer and the contract, from the customer source as it stood at `as_of`."""

from collections.abc import Sequence
from datetime import date

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from churn_spark.behavior.regions import REGIONS
from churn_spark.calendar import day_of
from churn_spark.features.source_feature import SourceFeature, days_before_as_of, key_columns
from churn_spark.features.tables import feature_table
from churn_spark.quality.expectation import in_sql
from churn_spark.sources.expectations import OLDEST

TENURE = "coalesce(months_since_joining, floor(tenure_months) + months_since_update)"
MONTHLY = "contract_months <= 1"
CONTRACTS = ("monthly", "yearly", "longer")
PAYMENT_METHODS = (
    "bank transfer", "card", "direct debit", "electronic check", "e-wallet", "invoice", "mailed check", "other",
)  # fmt: skip
PLANS = ("free", "student", "individual", "family", "basic", "standard", "premium", "other")
CUSTOMER_REGIONS = (*REGIONS, "other")
GENDERS = ("female", "male", "other")
INTERNET = ("dsl", "fiber", "cable", "mobile", "none", "other")
SERVICES = (
    "phone", "multiple lines", "online security", "online backup", "device protection", "tech support", "streaming tv",
    "streaming movies",
)  # fmt: skip
UNTOLD = "where the source does not tell"


def _level(column: str, levels: Sequence[str]) -> str:
    """The value if it is one of the levels, `other` for every other value."""
    return f"CASE WHEN {column} IN ({in_sql(levels)}) THEN {column} WHEN {column} IS NOT NULL THEN 'other' END"


def _flag(name: str, meaning: str, expression: str) -> SourceFeature:
    return SourceFeature(
        name, "flag", "yes or no", f"1 if {meaning}", f"int({expression})", null=UNTOLD, maximum=1, since="v1.3"
    )


FEATURES = (
    SourceFeature("tenure_months", "count", "months", "Whole months as a customer", TENURE,
                  null="where the source tells neither the months nor the day of joining", since="v1.1"),
    SourceFeature("tenure_months_bin", "score", "bin", "Tenure: 0 under 12 months, 1 under 24, 2 from 24 on",
                  f"CASE WHEN {TENURE} < 12 THEN 0 WHEN {TENURE} < 24 THEN 1 WHEN {TENURE} >= 24 THEN 2 END",
                  null="where tenure is unknown", maximum=2, since="v1.1"),
    SourceFeature("contract_type", "score", "rank", "Contract: 0 monthly, 1 up to a year, 2 longer",
                  f"CASE WHEN {MONTHLY} THEN 0 WHEN contract_months <= 12 THEN 1 WHEN contract_months > 12 THEN 2 END",
                  null=UNTOLD, maximum=2, since="v1.1"),
    SourceFeature("monthly_charges", "amount", "money", "Charges per month", "monthly_charges",
                  null=UNTOLD, minimum=None, since="v1.1"),
    SourceFeature("total_charges_per_month", "amount", "money per month",
                  "Charges since joining per month as a customer, both at the time of the source row",
                  "try_divide(double(total_charges), months_at_update)",
                  null="where either is unknown, or in the first month", minimum=None, since="v1.1"),
    SourceFeature("service_count", "count", "services", "Services subscribed to", "service_count",
                  null=UNTOLD, since="v1.1"),
    SourceFeature("paperless_billing", "flag", "yes or no", "1 if bills are sent electronically",
                  "int(paperless_billing)", null=UNTOLD, maximum=1, since="v1.1"),
    SourceFeature("automatic_payment", "flag", "yes or no", "1 if bills are paid without the customer doing anything",
                  "int(automatic_payment)", null=UNTOLD, maximum=1, since="v1.1"),
    SourceFeature("high_risk", "flag", "yes or no", "1 for a monthly contract in its first 12 months",
                  f"int({MONTHLY} AND {TENURE} < 12)", null="where contract or tenure leaves it open", maximum=1,
                  since="v1.1"),
    SourceFeature("contract", "category", "level", "Term of the contract: a month, up to a year, or longer",
                  f"CASE WHEN {MONTHLY} THEN 'monthly' WHEN contract_months <= 12 THEN 'yearly' "
                  "WHEN contract_months > 12 THEN 'longer' END",
                  null=UNTOLD, levels=CONTRACTS, since="v1.2"),
    SourceFeature("payment_method", "category", "level", "How bills are paid; other for every other way of payment",
                  _level("payment_method", PAYMENT_METHODS),
                  null=UNTOLD, levels=PAYMENT_METHODS, since="v1.2"),
    SourceFeature("age", "amount", "years", "Age at the time of the source row", "age",
                  null=UNTOLD, maximum=OLDEST, since="v1.3"),
    SourceFeature("plan", "category", "level", "Plan subscribed to; other for every other plan", _level("plan", PLANS),
                  null=UNTOLD, levels=PLANS, since="v1.3"),
    SourceFeature("customer_region", "category", "level",
                  "Region by the customer source; other for every other region", _level("region", CUSTOMER_REGIONS),
                  null=UNTOLD, levels=CUSTOMER_REGIONS, since="v1.3"),
    SourceFeature("days_since_plan_change", "amount", "days",
                  "Days since the source row that told another plan than the row before", "days_since_plan_change",
                  null="without such a row", since="v1.3"),
    SourceFeature("customer_gender", "category", "level", "Gender by the customer source; other for every other one",
                  _level("lower(gender)", GENDERS), null=UNTOLD, levels=GENDERS, since="v1.3"),
    SourceFeature("internet", "category", "level", "Internet access; other for every other kind",
                  _level("lower(internet)", INTERNET), null=UNTOLD, levels=INTERNET, since="v1.3"),
    _flag("senior", "at the age of retirement", "senior"),
    _flag("partner", "the customer lives with a partner", "partner"),
    _flag("dependents", "the customer has dependents", "dependents"),
    *(_flag(f"has_{service.replace(' ', '_')}", f"{service} is among the services",
            f"array_contains(split(lower(services), ' *, *'), '{service}')") for service in SERVICES),
    SourceFeature("tenure_missing", "flag", "yes or no", "1 if tenure is unknown", f"int({TENURE} IS NULL)", maximum=1,
                  since="v1.1"),
    SourceFeature("contract_missing", "flag", "yes or no", "1 if the contract is unknown",
                  "int(contract_months IS NULL)", maximum=1, since="v1.1"),
    SourceFeature("total_charges_missing", "flag", "yes or no", "1 if the charges since joining are unknown",
                  "int(total_charges IS NULL)", maximum=1, since="v1.1"),
)  # fmt: skip

DEMOGRAPHICS = feature_table(
    "customer_features.demographics",
    "A customer contract as it was known before as_of; one row per customer and as_of",
    "Pseudonym of a customer of whom the source has a row from before as_of",
    FEATURES,
)


def demographics_features(customers: DataFrame, as_of_days: Sequence[date]) -> DataFrame:
    """Rows of `customer_features.demographics` from `silver.customers`, at the midnight of each of `as_of_days`.

    A row of the source counts for the midnights after its `updated_at`, up to the `updated_at` of the customer's next
    row. Before the first row, a customer has no features. One shuffle, by user.

    Example: rows of 3 May, 10:00, and of 20 May, 0:00. The first counts as of 4 to 20 May, the second from 21 May on.
    """
    in_order = Window.partitionBy("user_id").orderBy("updated_at")
    plan_before = F.lag("plan").over(in_order)
    changed_at = F.when(F.col("plan") != plan_before, F.col("updated_at"))
    return (
        customers.withColumns({"until": F.lead("updated_at").over(in_order), "changed_at": changed_at})
        .withColumn("plan_changed_at", F.last("changed_at", ignorenulls=True).over(in_order))
        .withColumn("as_of_day", F.explode(F.array(*[F.lit(day) for day in as_of_days])))
        .where((days_before_as_of("updated_at") > 0) & F.coalesce(days_before_as_of("until") <= 0, F.lit(True)))
        .withColumns({"updated_day": day_of("updated_at"), "joined_day": day_of("joined_at")})
        .withColumns(
            {
                "months_since_joining": F.expr("floor(months_between(as_of_day, joined_day))"),
                "months_since_update": F.expr("floor(months_between(as_of_day, updated_day))"),
                "days_since_plan_change": days_before_as_of("plan_changed_at"),
                "months_at_update": F.expr("coalesce(floor(months_between(updated_day, joined_day)), tenure_months)"),
            }
        )
        .select(*key_columns(), *[feature.expression for feature in FEATURES])
    )
