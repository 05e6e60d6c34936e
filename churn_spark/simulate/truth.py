"""What the logs do not tell: the user of every line, and the satisfaction and the hazards of every customer."""

import numpy as np
import pyarrow as pa

from churn_spark.settings.simulate import SimulateSettings
from churn_spark.simulate.clock import dates, epoch_ms
from churn_spark.simulate.decisions import CANCEL
from churn_spark.simulate.events import names_user
from churn_spark.simulate.life import live
from churn_spark.simulate.pages import AUTH, PAGES
from churn_spark.simulate.parts import Part
from churn_spark.simulate.payments import failure_rate
from churn_spark.simulate.tickets import ticket_rate
from churn_spark.simulate.users import draw_users

EVENTS = "ts long, sessionId long, itemInSession int, page string, userId string, logged boolean, `case` string"
HAZARDS = (
    "userId string, day date, satisfaction double, cancel_hazard double, downgrade_hazard double, cancelled boolean, "
    "ticket_rate double, failure_rate double"
)
_PAGE_NAMES = np.array([page for page, _, _ in PAGES])


def true_events(settings: SimulateSettings, part: Part) -> pa.RecordBatch:
    """EVENTS rows: the true user of each line.

    - `ts` (ms since epoch), `sessionId`, `itemInSession`, `page`: the line's own values.
    - `userId`: the true user; `logged`: whether the line names the user.
    - `case`: why the line names no user, or one of given (it names the user) and broken (it cannot be read). The others
      are registration, anonymous (no line of the session names the user), before_login, after_logout and logged_out
      (the user logs in again in the session).
    """
    users, events = part.users, part.events
    session = part.sessions[events["session"]]
    case = np.select(
        [
            part.broken,
            names_user(events),
            events["auth"] == AUTH["Guest"],
            session["anonymous"],
            events["slot"] == 0,
            events["slot"] == 2 * session["songs"] + 1,
        ],
        ["broken", "given", "registration", "anonymous", "before_login", "after_logout"],
        "logged_out",
    )
    return pa.RecordBatch.from_pydict({
        "ts": epoch_ms(settings) + events["ts"],
        "sessionId": part.session_ids[events["session"]],
        "itemInSession": events["item"].astype(np.int32),
        "page": _PAGE_NAMES[events["page"]],
        "userId": users.number.astype(str)[events["user"]],
        "logged": case == "given",
        "case": case,
    })  # fmt: skip


def true_hazards(settings: SimulateSettings, block: int) -> pa.RecordBatch:
    """HAZARDS rows: one for each day (UTC) and each user who is a customer at its start.

    - `satisfaction`: at the start of the day; 0 is average.
    - `cancel_hazard`, `downgrade_hazard`: the probabilities of cancelling and of downgrading on that day.
    - `cancelled`: whether the user cancelled on that day.
    - `ticket_rate`, `failure_rate`: the probabilities of opening a ticket on that day, and that a payment fails.
    """
    users = draw_users(settings, block)
    days, _ = live(settings, block, users)
    day, user = np.nonzero(days.customer)
    return pa.RecordBatch.from_pydict({
        "userId": users.number.astype(str)[user],
        "day": dates(settings, day),
        "satisfaction": days.satisfaction[day, user],
        "cancel_hazard": days.cancel_hazard[day, user],
        "downgrade_hazard": days.downgrade_hazard[day, user],
        "cancelled": days.decision[day, user] == CANCEL,
        "ticket_rate": ticket_rate(days.satisfaction[day, user]),
        "failure_rate": failure_rate(days.satisfaction[day, user]),
    })  # fmt: skip
