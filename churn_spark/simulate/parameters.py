"""What the simulated service and its customers are like.

"eventsim" below is the public eventsim generator (two months, 300,000 events), "Sparkify" the public one-month
sample of it: rates per song, lengths and gaps were measured on their logs. "Assumed" values are those that neither
shows. "Calibrated" values were set for two aims. 12-25 % of the customers cancel within 60 days. The true hazard ranks
the cancellations of the next 14 days with a ROC-AUC of 0.85-0.92.
"""

# --- customers -----------------------------------------------------------------------------------------------
NEW_SHARE = 0.15  # of the users register during the simulation; the others registered before it (assumed)
LONGEST_MEMBERSHIP_DAYS = 365  # oldest registration before the first day (eventsim: 10 months)
PAID_SHARE = 0.45  # of the customers at the start (eventsim: 57 % of sessions, Sparkify: 22 %)
OLD_APP_SHARE = 0.2  # of the users have the older app until some day of the simulation (assumed)
SERVER_SHARES = (
    0.55,
    0.15,
    0.15,
    0.15,
)  # of the users; each server numbers its sessions (eventsim: 4 merged runs)
RESTART_DAYS = 7  # all servers count from 1 again on the same day, so that IDs meet in the same hours (assumed)

# --- satisfaction: 0 is the average customer, about -2 ... 2 the usual range -----------------------------------
TASTE_DEVIATION = 0.85  # of the level that a customer's satisfaction returns to (calibrated)
MOOD_DEVIATION = 0.13  # of the daily change that nothing in the logs explains (calibrated)
RETURN_RATE = 0.03  # daily share of the way back to that level: a bad week is forgotten in a month (assumed)
NOVELTY, NOVELTY_DAYS = (
    0.8,
    30.0,
)  # a new account's extra satisfaction, and the time in which it wears off (assumed)
ERROR_PAIN = 0.40  # satisfaction lost per error page (calibrated, as the next two)
THUMBS_DOWN_PAIN = 0.20  # per song that the customer disliked
ADVERT_PAIN = 0.05  # per advert

# --- decisions, as probability per day at satisfaction 0, and their slope in satisfaction (calibrated) ---------
CANCEL_RATE, CANCEL_SLOPE = 0.00045, -2.9
DRIFTED_RATE, DRIFTED_SLOPE = 0.001, 2.0  # from simulate.concept_drift_day on (assumed)
DOWNGRADE_RATE, DOWNGRADE_SLOPE = 0.0020, -0.9
UPGRADE_RATE, UPGRADE_SLOPE = 0.0040, 0.6
HIGHEST_RATE = 0.4  # no decision is likelier than this on any day

# --- activity ------------------------------------------------------------------------------------------------
SESSIONS_PER_DAY = {
    "free": 0.20,
    "paid": 0.26,
}  # on a weekday at satisfaction 0 (Sparkify: 0.31, eventsim: 0.34)
SESSIONS_SLOPE = 1.0  # calibrated
SESSIONS_DEVIATION = 0.2  # spread of the customers' own levels, on the log scale (assumed)
WEEKEND = 1.5  # sessions on Saturday and Sunday relative to weekdays (assumed)
HOUR_WEIGHTS = (
    *(0.7,) * 2,
    *(0.4,) * 5,
    *(1.0,) * 10,
    *(2.0,) * 6,
    1.2,
)  # session starts by hour, UTC (assumed)
SONGS_PER_SESSION = {"free": 2.4, "paid": 5.0}  # mean; exponential (Sparkify: 2 and 27, eventsim: 38 and 113)
SONGS_SLOPE = 0.4  # calibrated
MOST_SONGS = 120  # of a session (Sparkify: 117)
PAUSE_SECONDS = 1800  # shortest time between two sessions of a user (assumed)
ANONYMOUS_SHARE = 0.025  # sessions in which the user never logs in (Sparkify: 30 of 941)
RETURN_SHARE = 0.5  # of these visitors come back and log in (assumed: the public logs cannot tell)
RETURN_SECONDS = 900.0  # mean time until then, after the shortest pause between two sessions (assumed)
LAST_SONGS = 5  # at most, in the session in which a user cancels, so that it ends on the day it began (assumed)
LAST_HOUR = 21  # latest hour, UTC, at which a session with a decision starts, for the same reason

# --- songs ---------------------------------------------------------------------------------------------------
SONGS, ARTISTS = 20_000, 5_000  # in the catalogue (eventsim: 48,500 and 21,000 were played)
POPULARITY, POPULARITY_SHIFT = (
    0.8,
    10,
)  # plays ~ (rank + shift) ** -0.8: the top song gets 0.5 % (eventsim: 0.5 %)
SONG_SECONDS, SONG_SECONDS_DEVIATION = 232.0, 0.33  # median, and deviation on the log scale (eventsim)

# --- what happens during a song ------------------------------------------------------------------------------
ERROR_RATE, ERROR_RATE_DEVIATION = (
    0.005,
    1.0,
)  # median over the users, log-normal (eventsim: 0.001; more to learn from)
ADVERT_RATE = {"free": 0.08, "paid": 0.001}  # eventsim
THUMBS_DOWN_RATE, THUMBS_DOWN_SLOPE = 0.02, -1.0  # eventsim: 0.010; slope calibrated
HIGHEST_SHARE = 0.5  # of the songs, for errors and thumbs down
REACTIONS = (  # page, share of songs for free and for paid users (eventsim), slope in satisfaction (assumed)
    ("Thumbs Up", 0.049, 0.050, 0.4),
    ("Add to Playlist", 0.027, 0.029, 0.3),
    ("Add Friend", 0.019, 0.018, 0.3),
    ("Home", 0.022, 0.022, 0.0),
    ("Help", 0.008, 0.006, -0.4),
    ("Settings", 0.009, 0.007, -0.3),
    ("About", 0.0024, 0.0024, 0.0),
    ("Upgrade", 0.008, 0.0, 0.4),
    ("Downgrade", 0.0, 0.010, -0.8),
)
SAVE_SETTINGS_SHARE = 0.19  # of the visits to Settings (eventsim)

# --- logging in and out --------------------------------------------------------------------------------------
LOGIN_SHARE = 0.04  # sessions that begin before the login (Sparkify: 5 %, eventsim: 15 % of far longer ones)
HOME_SHARE = 0.35  # sessions that begin on Home; the others begin with a song (eventsim: 33 %, Sparkify: 37 %)
LOGOUT_SHARE = 0.006  # songs after which the user logs out and in again (Sparkify; eventsim: 0.011)
FINAL_LOGOUT_SHARE = 0.04  # sessions that end logged out (Sparkify: 5 %, eventsim: 14 %)
LOOK_AROUND_SHARE = 0.18  # logged-out visits that look at About or Help (eventsim)
AWAY_SECONDS = 190.0  # mean time between logout and the next page (eventsim)
LINGER_SECONDS = 40.0  # mean time on a page between songs (eventsim: median 30)
REGISTRATION_SECONDS = 60  # from a guest's first page to Submit Registration (eventsim: 1-5 minutes)

# --- flaws of the log files (shares of the lines, assumed; neither public log has any) -------------------------
BROKEN_SHARE = 0.001  # cut short, without a required field, or not JSON at all
DUPLICATE_SHARE = 0.005  # sent twice, word for word
DUPLICATE_SECONDS = 60.0  # mean time until the second one arrives
LATE_SHARE = 0.01  # arrive late, so out of order, some in the next day's file
LATE_SECONDS = 1800.0  # mean delay

# --- accounts and bills (all assumed; nothing here changes what the logs show) ---------------------------------
TIERS = ("student", "individual", "family")  # what the paid level is sold as
YOUNG, YOUNG_SHARES, OTHER_SHARES = 26, (0.6, 0.35, 0.05), (0.05, 0.65, 0.3)  # years, and the shares of the tiers
TIER_PRICES = {"student": 4.99, "individual": 9.99, "family": 14.99}  # a month, before the price rise
PRICE_RISE, PRICE_RISE_AT = 0.1, 0.5  # share of the price, and of the simulated days at which all prices rise
AGE_YEARS, AGE_DEVIATION, YOUNGEST, OLDEST = 31.0, 0.35, 16, 90  # median, and deviation on the log scale
PAYMENT_METHODS, METHOD_SHARES = ("card", "e-wallet", "direct debit", "invoice"), (0.5, 0.2, 0.15, 0.15)
YEARLY_SHARE, YEARLY_SLOPE = 0.15, 0.6  # customers with a yearly contract, by the satisfaction that they return to
PAPERLESS_SHARE, ADDED_SERVICES, ADDED_SHARE = 0.8, 3, 0.2  # services besides the first: binomial
BILL_DAYS = 30  # between two bills
GRACE_DAYS = 3  # from the bill to the end of the time to pay
INVOICE_DAYS, INVOICE_SLOPE = 1.2, -0.5  # mean time until a bill without automatic payment is paid
FAILURE_RATE, FAILURE_SLOPE = 0.04, -0.9  # of a bill's first payment
RETRY_DAYS = 3.0  # mean time from a failed payment to the next one, which succeeds
REFUND_RATE, REFUND_SLOPE, REFUND_DAYS = 0.015, -0.9, 5.0  # of a payment, and the mean time until then
PROMOTION_PRICE = 0.5  # share of the price that the first bill asks for, for upgrades during a promotion

# --- support (all assumed) -----------------------------------------------------------------------------------
TICKET_RATE, TICKET_SLOPE = 0.008, -0.9  # a day
HIGHEST_TICKET_RATE = 0.3
CLOSING_HOURS, CLOSING_SLOPE = 20.0, -0.4  # mean
PHONE_SHARE = 0.3
URGENT_SHARE, URGENT_SLOPE = 0.1, -0.4
RATED_SHARE = 0.6  # of the closed tickets
RATING, RATING_SLOPE, RATING_DEVIATION = 3.4, 1.0, 0.8  # from 1 to 5, rounded

# --- calendar (assumed) --------------------------------------------------------------------------------------
CALENDAR_DAYS = 120  # that the calendar reaches before the first and after the last simulated day
PROMOTION_EVERY, PROMOTION_DAYS = 45, 7
