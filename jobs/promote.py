"""Make the challenger the champion if it is surely better, or go back to the champion before.

The rule stands in the section `promotion` of conf/base.yml. Every move is a row of ops.promotions.
"""

from churn_spark.promotion.stage import promote
from churn_spark.runs import Option, run_job

if __name__ == "__main__":
    version = Option("--version", "promotion.version", "NUMBER", "promote this version and not the challenger")
    approved = Option("--approved-by", "promotion.approved_by", "NAMES", "who approves it, with commas between them")
    rollback = Option("--rollback", "promotion.rollback", "REASON", "go back to the champion before, for this reason")
    run_job("promote", __doc__, [promote], on_customers=[promote], options=[version, approved, rollback])
