"""The payments of a block's users: bills are paid, late or at the second try, and some are paid back."""

import numpy as np
import pyarrow as pa

from churn_spark.clock import MS_PER_DAY
from churn_spark.settings.simulate import SimulateSettings
from churn_spark.simulate import parameters as p
from churn_spark.simulate.accounts import bills, draw_accounts, prices
from churn_spark.simulate.blocks import draw_generator
from churn_spark.simulate.clock import dates, draw_time_of_day, end_ms, times
from churn_spark.simulate.decisions import UPGRADE, Day
from churn_spark.simulate.holidays import promotion_days
from churn_spark.simulate.life import live
from churn_spark.simulate.users import Users, draw_users

TRANSACTIONS = (
    "transaction_id string, user_id string, paid_at timestamp, amount double, failed boolean, due_at timestamp, "
    "price double"
)
PAYMENT = np.dtype([
    ("user", np.int64),  # place in the block
    ("bill", np.int64),  # day of the bill
    ("kind", "U6"),  # first, second or refund
    ("paid_at", np.int64),  # ms
    ("amount", np.float64),
    ("price", np.float64),
    ("failed", np.bool_),
])  # fmt: skip


def failure_rate(satisfaction: np.ndarray) -> np.ndarray:
    """The probability that the first payment of a bill fails."""
    return np.minimum(p.FAILURE_RATE * np.exp(p.FAILURE_SLOPE * satisfaction), p.HIGHEST_SHARE)


def transactions(settings: SimulateSettings, block: int) -> pa.RecordBatch:
    """TRANSACTIONS rows: what happened before the end of the simulation, to bills since the registration.

    `price` is the price of a month that the bill asks for. A refund has neither `price` nor `due_at`.
    """
    users = draw_users(settings, block)
    days, _ = live(settings, block, users)
    payments = _payments(settings, block, users, days)
    payments = payments[payments["paid_at"] < end_ms(settings)]
    refund = payments["kind"] == "refund"
    number, billed_on = users.number.astype(str)[payments["user"]], dates(settings, payments["bill"])
    return pa.RecordBatch.from_pydict({
        "transaction_id": [
            f"{user}/{day}/{kind}" for user, day, kind in zip(number, billed_on, payments["kind"], strict=True)
        ],
        "user_id": number,
        "paid_at": times(settings, payments["paid_at"]),
        "amount": payments["amount"],
        "failed": payments["failed"],
        "due_at": times(settings, (payments["bill"] + p.GRACE_DAYS) * MS_PER_DAY, refund),
        "price": pa.array(payments["price"], mask=refund),
    })  # fmt: skip


def _payments(settings: SimulateSettings, block: int, users: Users, days: Day) -> np.ndarray:
    """All PAYMENTs of the block, with times in ms since the first day."""
    rng = draw_generator(settings, block, "payments")
    accounts = draw_accounts(settings, block, users)
    day, user = bills(settings, users, days)
    n = len(day)
    satisfaction = np.where(day < 0, users.taste[user], days.satisfaction[np.maximum(day, 0), user])
    first = np.zeros(n, PAYMENT)
    first["user"], first["bill"], first["kind"] = user, day, "first"
    first["price"] = prices(settings, accounts.tier[user], day)
    first["price"] *= np.where(_in_promotion(settings, days, day, user), p.PROMOTION_PRICE, 1)
    first["price"] = first["amount"] = np.round(first["price"], 2)
    delay = rng.exponential(p.INVOICE_DAYS * np.exp(p.INVOICE_SLOPE * satisfaction))
    waits = np.where(accounts.payment_method[user] == "invoice", delay, 0)
    first["paid_at"] = day * MS_PER_DAY + draw_time_of_day(rng, n) + _ms(waits)
    first["failed"] = rng.random(n) < failure_rate(satisfaction)
    second = first[first["failed"]]
    second["kind"], second["failed"] = "second", False
    second["paid_at"] += _ms(rng.exponential(p.RETRY_DAYS, len(second)))
    refund = first[~first["failed"] & (rng.random(n) < p.REFUND_RATE * np.exp(p.REFUND_SLOPE * satisfaction))]
    refund["kind"], refund["amount"] = "refund", -refund["amount"]
    refund["paid_at"] += _ms(rng.exponential(p.REFUND_DAYS, len(refund)))
    return np.concatenate([first, second, refund])


def _in_promotion(settings: SimulateSettings, days: Day, day: np.ndarray, user: np.ndarray) -> np.ndarray:
    """Whether the bill follows an upgrade of the day before, which was a day of a promotion."""
    before = np.maximum(day - 1, 0)
    return (day > 0) & (days.decision[before, user] == UPGRADE) & np.isin(before, promotion_days(settings))


def _ms(days: np.ndarray) -> np.ndarray:
    return (days * MS_PER_DAY).astype(np.int64)
