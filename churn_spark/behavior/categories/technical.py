"""What goes wrong for a customer, and how often the customer seeks help."""

from churn_spark.behavior.definition import Feature
from churn_spark.behavior.formulas import ratio

NO_EVENT = "without an event"

FEATURES = (
    Feature("errors_30d", "count", "pages", "Error pages", lambda w: w.sum("errors"), window=30, since="v1.0"),
    Feature("error_rate_30d", "share", "share of events", "Error pages among all events",
            lambda w: ratio(w.sum("errors"), w.sum("events")), window=30, null=NO_EVENT, maximum=1, since="v1.0"),
    Feature("client_error_share_30d", "share", "share of events", "Answers with an HTTP status from 400 to 499",
            lambda w: ratio(w.sum("client_errors"), w.sum("events")), window=30, null=NO_EVENT, maximum=1,
            since="v1.1"),
    Feature("server_error_share_30d", "share", "share of events", "Answers with an HTTP status from 500 to 599",
            lambda w: ratio(w.sum("server_errors"), w.sum("events")), window=30, null=NO_EVENT, maximum=1,
            since="v1.1"),
    Feature("help_visits_30d", "count", "pages", "Help pages", lambda w: w.sum("help_visits"),
            window=30, since="v1.0"),
    Feature("settings_visits_30d", "count", "pages", "Settings pages", lambda w: w.sum("settings_visits"), window=30,
            since="v1.1"),
    Feature("logouts_30d", "count", "logouts", "Logouts", lambda w: w.sum("logouts"), window=30, since="v1.1"),
    Feature("logouts_per_session_30d", "amount", "logouts per session", "Logouts per session begun",
            lambda w: ratio(w.sum("logouts"), w.sum("sessions")), window=30, null="without a session", since="v1.1"),
)  # fmt: skip
