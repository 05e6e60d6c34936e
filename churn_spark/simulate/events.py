"""From sessions to the events in them.

A session is a row of slots, and each event lies at an offset in seconds from the start of its slot:

- slot 0: the opening
- slot 2k - 1: the k-th song
- slot 2k: the events between the k-th song and the next
- slot 2 * songs + 1: the closing

Example: a session of 2 songs has slots 0 to 5: opening, song, between, song, between, closing.
"""

import numpy as np

from churn_spark.simulate import parameters as p
from churn_spark.simulate.catalogue import songs
from churn_spark.simulate.decisions import CANCEL, DOWNGRADE, STAY, UPGRADE
from churn_spark.simulate.pages import AUTH, PAGE
from churn_spark.simulate.sessions import by_level

EVENT = np.dtype([
    ("session", np.int64),  # place among the sessions of the block
    ("user", np.int64),  # place in the block
    ("slot", np.int64),
    ("offset", np.int64),
    ("page", np.int64),  # place in PAGES
    ("auth", np.int64),  # place in AUTHS
    ("song", np.int64),  # place in the catalogue, -1 for none
    ("ts", np.int64),  # ms, clock as in the sessions
    ("item", np.int64),  # itemInSession
    ("paid", np.bool_),  # level
])  # fmt: skip
_AT_ONCE = (
    "Thumbs Up",
    "Thumbs Down",
    "Add Friend",
)  # reactions logged a second after the song began (eventsim)


def draw_events(rng: np.random.Generator, sessions: np.ndarray) -> np.ndarray:
    """The EVENTs of all SESSIONs, sorted by session and item."""
    played = _songs(rng, sessions)
    events = np.concatenate([
        played,
        *_mishaps(rng, sessions, played),
        *_reactions(rng, sessions, played),
        *_openings(rng, sessions),
        *_breaks(rng, sessions, played),
        *_changes_of_level(rng, sessions),
        *_closings(rng, sessions),
    ])  # fmt: skip
    slots = 2 * sessions["songs"] + 2
    first_slot = np.cumsum(slots) - slots
    slot = first_slot[events["session"]] + events["slot"]
    seconds = np.zeros(slots.sum(), np.int64)
    np.maximum.at(seconds, slot, events["offset"] + _linger(rng, len(events)))
    seconds[slot[: len(played)]] = _seconds(played)
    begin = np.cumsum(seconds) - seconds

    order = np.lexsort([events["offset"], slot])
    events, slot = events[order], slot[order]
    session = events["session"]
    seconds_in = begin[slot] - begin[first_slot[session]] + events["offset"]
    events["user"] = sessions["user"][session]
    events["ts"] = sessions["start"][session] + 1000 * seconds_in
    events["item"] = np.arange(len(events)) - np.searchsorted(session, session)
    changed = (events["slot"] > 2) | ((events["slot"] == 2) & (events["page"] == PAGE["Home"]))
    changes = np.isin(sessions["decision"], (DOWNGRADE, UPGRADE))[session]
    events["paid"] = sessions["paid"][session] ^ (changed & changes)
    return events


def _at(
    session: np.ndarray,
    slot: np.ndarray | int,
    offset: np.ndarray | int,
    page: np.ndarray | str,
    auth: str = "Logged In",
    song: np.ndarray | int = -1,
) -> np.ndarray:
    events = np.zeros(len(session), EVENT)
    events["session"], events["slot"], events["offset"], events["song"] = session, slot, offset, song
    events["page"] = PAGE[page] if isinstance(page, str) else page
    events["auth"] = AUTH[auth]
    return events


def _linger(rng: np.random.Generator, n: int, mean: float = p.LINGER_SECONDS) -> np.ndarray:
    return 1 + rng.exponential(mean, n).astype(np.int64)


def _seconds(played: np.ndarray) -> np.ndarray:
    """Seconds from the start of each song to the start of the next."""
    return songs().seconds[played["song"]].astype(np.int64)


def _songs(rng: np.random.Generator, sessions: np.ndarray) -> np.ndarray:
    count = sessions["songs"]
    session = np.repeat(np.arange(len(sessions)), count)
    nth = np.arange(len(session)) - np.repeat(np.cumsum(count) - count, count)
    song = np.searchsorted(songs().popularity, rng.random(len(session)))
    return _at(session, 2 * nth + 1, 0, "NextSong", song=song)


def _mishaps(rng: np.random.Generator, sessions: np.ndarray, played: np.ndarray) -> list[np.ndarray]:
    """The errors, adverts and dislikes of each session, at random among its songs."""
    events = []
    first_song = np.cumsum(sessions["songs"]) - sessions["songs"]
    for page, count in (("Error", "errors"), ("Roll Advert", "adverts"), ("Thumbs Down", "thumbs_down")):
        session = np.repeat(np.arange(len(sessions)), sessions[count])
        song = first_song[session] + rng.integers(sessions["songs"][session])
        events.append(_during(rng, played[song], page))
    return events


def _reactions(rng: np.random.Generator, sessions: np.ndarray, played: np.ndarray) -> list[np.ndarray]:
    events = []
    satisfaction = sessions["satisfaction"]
    for page, free, paid, slope in p.REACTIONS:
        share = by_level({"free": free, "paid": paid}, sessions["paid"]) * np.exp(slope * satisfaction)
        events.append(_during(rng, played[rng.random(len(played)) < share[played["session"]]], page))
        if page == "Settings":
            saved = events[-1][rng.random(len(events[-1])) < p.SAVE_SETTINGS_SHARE]
            events.append(_at(saved["session"], saved["slot"], saved["offset"] + 1, "Save Settings"))
    return events


def _during(rng: np.random.Generator, played: np.ndarray, page: str) -> np.ndarray:
    """An event on `page` in each of the songs, most of them early in it."""
    offset = _seconds(played) * rng.random(len(played)) ** 3
    return _at(played["session"], played["slot"], 1 if page in _AT_ONCE else offset.astype(np.int64), page)


def _openings(rng: np.random.Generator, sessions: np.ndarray) -> list[np.ndarray]:
    registering, anonymous = sessions["registering"], sessions["anonymous"]
    chance = rng.random(len(sessions))
    before_login = ~registering & ~anonymous & ((chance < p.LOGIN_SHARE) | sessions["returning"])
    home = chance < p.LOGIN_SHARE + p.HOME_SHARE
    home = ~registering & ~anonymous & ~before_login & (home | (sessions["songs"] == 0))

    guest = np.flatnonzero(registering)
    curious = guest[rng.random(len(guest)) < p.LOOK_AROUND_SHARE]
    submit = p.REGISTRATION_SECONDS
    login = np.flatnonzero(before_login)
    look, login_at = _logged_out_visit(rng, login, 0, 0)
    stranger, _ = _logged_out_visit(rng, np.flatnonzero(anonymous), 0, 0)
    return [
        _at(guest, 0, 0, "Home", "Guest"),
        _at(curious, 0, submit // 2, "About", "Guest"),
        _at(guest, 0, submit - 1, "Register", "Guest"),
        _at(guest, 0, submit, "Submit Registration", "Guest"),
        _at(guest, 0, submit + 1, "Home"),
        *look,
        *_login(login, 0, login_at),
        *stranger,
        _at(np.flatnonzero(home), 0, 0, "Home"),
    ]


def _breaks(rng: np.random.Generator, sessions: np.ndarray, played: np.ndarray) -> list[np.ndarray]:
    """Logouts between two songs, each followed by a login."""
    able = sessions["decision"][played["session"]] == STAY
    after = played[able & (rng.random(len(played)) < p.LOGOUT_SHARE)]
    session, slot = after["session"], after["slot"] + 1
    visit, login_at = _logged_out_visit(rng, session, slot, _linger(rng, len(after), p.AWAY_SECONDS))
    return [_at(session, slot, 0, "Logout"), *visit, *_login(session, slot, login_at)]


def _changes_of_level(rng: np.random.Generator, sessions: np.ndarray) -> list[np.ndarray]:
    """Upgrade or downgrade after the first song."""
    events = []
    for page, decision in (("Upgrade", UPGRADE), ("Downgrade", DOWNGRADE)):
        session = np.flatnonzero(sessions["decision"] == decision)
        events.append(_at(session, 2, 0, page))
        events.append(_at(session, 2, 1, f"Submit {page}"))
        events.append(_at(session, 2, 1 + _linger(rng, len(session)), "Home"))
    return events


def _closings(rng: np.random.Generator, sessions: np.ndarray) -> list[np.ndarray]:
    last = 2 * sessions["songs"] + 1
    cancels = sessions["decision"] == CANCEL
    leaver = np.flatnonzero(cancels)
    considered = np.where(sessions["paid"][leaver], PAGE["Downgrade"], PAGE["Settings"])
    confirmed = 1 + _linger(rng, len(leaver))
    out = np.flatnonzero(~cancels & ~sessions["anonymous"] & (rng.random(len(sessions)) < p.FINAL_LOGOUT_SHARE))
    visit, _ = _logged_out_visit(rng, out, last[out], _linger(rng, len(out), p.AWAY_SECONDS))
    return [
        _at(leaver, last[leaver], 0, considered),
        _at(leaver, last[leaver], 1, "Cancel"),
        _at(leaver, last[leaver], confirmed, "Cancellation Confirmation", "Cancelled"),
        _at(out, last[out], 0, "Logout"),
        *visit,
    ]


def _logged_out_visit(
    rng: np.random.Generator, session: np.ndarray, slot: np.ndarray | int, offset: np.ndarray | int
) -> tuple[list[np.ndarray], np.ndarray]:
    """Visits of Home, some also of About or Help, and the offsets at which the users may log in."""
    slot, offset = np.broadcast_to(slot, len(session)), np.broadcast_to(offset, len(session))
    look_at = offset + _linger(rng, len(session))
    some = np.flatnonzero(rng.random(len(session)) < p.LOOK_AROUND_SHARE)
    page = rng.choice([PAGE["About"], PAGE["Help"]], len(some))
    look = _at(session[some], slot[some], look_at[some], page, "Logged Out")
    return [_at(session, slot, offset, "Home", "Logged Out"), look], look_at + _linger(rng, len(session))


def _login(session: np.ndarray, slot: np.ndarray | int, offset: np.ndarray) -> list[np.ndarray]:
    return [_at(session, slot, offset, "Login", "Logged Out"), _at(session, slot, offset + 1, "Home")]


def names_user(events: np.ndarray) -> np.ndarray:
    """Whether the app knows the user when it logs the event."""
    return np.isin(events["auth"], (AUTH["Logged In"], AUTH["Cancelled"]))
