"""The support tickets of a block's users: who is less satisfied opens more, and rates the answers lower."""

import numpy as np
import pyarrow as pa

from churn_spark.clock import MS_PER_DAY, MS_PER_HOUR
from churn_spark.settings.simulate import SimulateSettings
from churn_spark.simulate import parameters as p
from churn_spark.simulate.blocks import draw_generator
from churn_spark.simulate.clock import dates, draw_time_of_day, end_ms, times
from churn_spark.simulate.life import live
from churn_spark.simulate.users import draw_users

TICKETS = (
    "ticket_id string, user_id string, opened_at timestamp, closed_at timestamp, by_phone boolean, urgent boolean, "
    "satisfaction double"
)


def ticket_rate(satisfaction: np.ndarray) -> np.ndarray:
    """The probability that a customer opens a ticket on a day."""
    return np.minimum(p.TICKET_RATE * np.exp(p.TICKET_SLOPE * satisfaction), p.HIGHEST_TICKET_RATE)


def tickets(settings: SimulateSettings, block: int) -> pa.RecordBatch:
    """TICKETS rows.

    - `closed_at`: null for a ticket that is open at the end.
    - `satisfaction`: 1 to 5; null for a ticket without a rating.
    """
    rng = draw_generator(settings, block, "tickets")
    users = draw_users(settings, block)
    days, _ = live(settings, block, users)
    opens = days.customer & (rng.random(days.customer.shape) < ticket_rate(days.satisfaction))
    day, user = np.nonzero(opens)
    n, satisfaction = len(day), days.satisfaction[day, user]
    opened = day * MS_PER_DAY + draw_time_of_day(rng, n)
    hours = rng.exponential(p.CLOSING_HOURS * np.exp(p.CLOSING_SLOPE * satisfaction))
    closed = opened + (hours * MS_PER_HOUR).astype(np.int64)
    rating = np.clip(np.round(rng.normal(p.RATING + p.RATING_SLOPE * satisfaction, p.RATING_DEVIATION)), 1, 5)
    still_open = closed >= end_ms(settings)
    number = users.number.astype(str)[user]
    return pa.RecordBatch.from_pydict({
        "ticket_id": [f"{user}/{on}" for user, on in zip(number, dates(settings, day), strict=True)],
        "user_id": number,
        "opened_at": times(settings, opened),
        "closed_at": times(settings, closed, still_open),
        "by_phone": rng.random(n) < p.PHONE_SHARE,
        "urgent": rng.random(n) < p.URGENT_SHARE * np.exp(p.URGENT_SLOPE * satisfaction),
        "satisfaction": pa.array(rating, mask=still_open | (rng.random(n) >= p.RATED_SHARE)),
    })  # fmt: skip
