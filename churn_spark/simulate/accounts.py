"""The accounts of a block's users: age, plan, contract and prices, as the customer table tells them."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from churn_spark.behavior.regions import region
from churn_spark.clock import MS_PER_DAY
from churn_spark.settings.simulate import SimulateSettings
from churn_spark.simulate import parameters as p
from churn_spark.simulate.blocks import draw_generator
from churn_spark.simulate.clock import times
from churn_spark.simulate.decisions import DOWNGRADE, UPGRADE, Day
from churn_spark.simulate.life import live
from churn_spark.simulate.users import Users, draw_users

CUSTOMERS = (
    "user_id string, updated_at timestamp, joined_at timestamp, contract_months int, monthly_charges double, "
    "total_charges double, service_count int, paperless_billing boolean, payment_method string, "
    "automatic_payment boolean, age int, region string, plan string"
)
_SECOND = 1000


class Accounts(NamedTuple):
    """One entry per user in each array."""

    age: np.ndarray  # years
    tier: np.ndarray  # the plan of the user while at the paid level
    contract_months: np.ndarray
    payment_method: np.ndarray
    paperless: np.ndarray
    services: np.ndarray


def draw_accounts(settings: SimulateSettings, block: int, users: Users) -> Accounts:
    """The accounts of one block."""
    rng = draw_generator(settings, block, "accounts")
    n = len(users.number)
    age = np.clip(rng.lognormal(np.log(p.AGE_YEARS), p.AGE_DEVIATION, n), p.YOUNGEST, p.OLDEST).astype(np.int32)
    tiers = [rng.choice(p.TIERS, n, p=shares) for shares in (p.YOUNG_SHARES, p.OTHER_SHARES)]
    yearly = rng.random(n) < p.YEARLY_SHARE * np.exp(p.YEARLY_SLOPE * users.taste)
    return Accounts(
        age=age,
        tier=np.where(age < p.YOUNG, *tiers),
        contract_months=np.where(yearly, 12, 1),
        payment_method=rng.choice(p.PAYMENT_METHODS, n, p=p.METHOD_SHARES),
        paperless=rng.random(n) < p.PAPERLESS_SHARE,
        services=1 + rng.binomial(p.ADDED_SERVICES, p.ADDED_SHARE, n),
    )


def price_rise_day(settings: SimulateSettings) -> int:
    """The day, counted from 0, from which on bills ask for the higher prices."""
    return int(p.PRICE_RISE_AT * settings.days)


def prices(settings: SimulateSettings, tier: np.ndarray, day: np.ndarray) -> np.ndarray:
    """What a month costs on the day, money."""
    before = np.select([tier == name for name in p.TIERS], [p.TIER_PRICES[name] for name in p.TIERS])
    return np.round(before * np.where(day >= price_rise_day(settings), 1 + p.PRICE_RISE, 1), 2)


def bills(settings: SimulateSettings, users: Users, days: Day) -> tuple[np.ndarray, np.ndarray]:
    """The day and the user of every bill, in order of days; days before the simulation are below 0.

    A customer at the paid level gets one every BILL_DAYS from the registration on, and one on the day after an upgrade.
    """
    past = np.arange(-p.LONGEST_MEMBERSHIP_DAYS, 0)[:, None]
    paid = np.concatenate([(past >= users.joined_on) & users.paid, days.paid & days.customer])
    upgraded = np.zeros_like(paid)
    upgraded[len(past) + 1 :] = (days.decision == UPGRADE)[:-1]
    day = np.arange(-p.LONGEST_MEMBERSHIP_DAYS, settings.days)[:, None]
    place, user = np.nonzero(paid & (upgraded | ((day - users.joined_on) % p.BILL_DAYS == 0)))
    return place - p.LONGEST_MEMBERSHIP_DAYS, user


def customers(settings: SimulateSettings, block: int) -> pa.RecordBatch:
    """CUSTOMERS rows: one from each registration on, and one from each change of plan or price on.

    A change is in the table from the last second of its day on.
    """
    users = draw_users(settings, block)
    days, _ = live(settings, block, users)
    accounts = draw_accounts(settings, block, users)
    changed = np.isin(days.decision, (DOWNGRADE, UPGRADE))
    rise = price_rise_day(settings)
    changed[rise] |= days.customer[rise] & days.paid[rise]
    day, user = np.nonzero(changed)
    paid = np.where(np.isin(days.decision[day, user], (DOWNGRADE, UPGRADE)), ~days.paid[day, user], True)
    everyone = np.arange(len(users.number))
    updated = np.concatenate([users.registered, (day + 1) * MS_PER_DAY - _SECOND])
    user, paid = np.concatenate([everyone, user]), np.concatenate([users.paid, paid])
    on = updated // MS_PER_DAY
    monthly = np.where(paid, prices(settings, accounts.tier[user], on), 0)
    method = accounts.payment_method[user]
    return pa.RecordBatch.from_pydict({
        "user_id": users.number.astype(str)[user],
        "updated_at": times(settings, updated),
        "joined_at": times(settings, users.registered[user]),
        "contract_months": accounts.contract_months[user].astype(np.int32),
        "monthly_charges": monthly,
        "total_charges": _billed(settings, users, days, accounts, user, on),
        "service_count": accounts.services[user].astype(np.int32),
        "paperless_billing": accounts.paperless[user],
        "payment_method": method,
        "automatic_payment": method != "invoice",
        "age": accounts.age[user],
        "region": [region(location) for location in users.location[user]],
        "plan": np.where(paid, accounts.tier[user], "free"),
    })  # fmt: skip


def _billed(
    settings: SimulateSettings, users: Users, days: Day, accounts: Accounts, user: np.ndarray, day: np.ndarray
) -> np.ndarray:
    """The sum of each user's bills before the day, without what promotions took off."""
    billed_on, billed = bills(settings, users, days)
    price = prices(settings, accounts.tier[billed], billed_on)
    before = (billed == user[:, None]) & (billed_on < day[:, None])
    return np.round(before @ price, 2)
