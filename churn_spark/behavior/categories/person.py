"""What the events tell of the person, in coarse terms: never a name, never a place."""

from churn_spark.behavior.definition import Feature
from churn_spark.behavior.regions import REGIONS

GENDERS = ("F", "M")

FEATURES = (
    Feature("gender", "category", "level", "Newest known gender",
            lambda w: w.newest_level("gender", GENDERS), null="where no event tells F or M", levels=GENDERS,
            since="v1.2"),
    Feature("region", "category", "level", "Census region of the newest known location in the United States",
            lambda w: w.newest_level("region", REGIONS), null="where no event tells a US state", levels=REGIONS,
            since="v1.2"),
)  # fmt: skip
