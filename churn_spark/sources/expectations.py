"""What the silver tables of the sources must keep."""

from collections.abc import Mapping, Sequence

from churn_spark.quality.expectation import DeclaredColumns, Expectation, RowsSatisfy, one_of
from churn_spark.sources.tables import CALENDAR, CUSTOMERS, KINDS, TICKETS, TRANSACTIONS
from churn_spark.table import Table

OLDEST = 130
WORST, BEST = 1, 5

EXPECTED: Mapping[Table, Sequence[Expectation]] = {
    CUSTOMERS: [
        DeclaredColumns(),
        RowsSatisfy(
            f"age lies from 0 to {OLDEST} years",
            f"age BETWEEN 0 AND {OLDEST}",
            column="age",
            cure="write an SQL expression as sources.customers.columns.age that gives null for others",
        ),
    ],
    TRANSACTIONS: [
        DeclaredColumns(),
        RowsSatisfy("the price is not below 0", "price >= 0", column="price"),
        RowsSatisfy("no money was paid back by a failed payment", "NOT (failed AND amount < 0)", column="failed"),
    ],
    TICKETS: [
        DeclaredColumns(),
        RowsSatisfy(
            f"satisfaction lies from {WORST} to {BEST}",
            f"satisfaction BETWEEN {WORST} AND {BEST}",
            column="satisfaction",
            cure="write an SQL expression as sources.tickets.columns.satisfaction that gives this scale",
        ),
    ],
    CALENDAR: [DeclaredColumns(), one_of("kind", KINDS)],
}
