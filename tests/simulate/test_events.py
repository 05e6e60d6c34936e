"""The events within sessions."""

import numpy as np
import pandas as pd
import pytest

from churn_spark.clock import MS_PER_DAY
from churn_spark.simulate.decisions import CANCEL
from churn_spark.simulate.events import draw_events
from churn_spark.simulate.pages import AUTHS, PAGES
from churn_spark.simulate.sessions import SESSION
from tests.simulate.conftest import Block


@pytest.fixture(scope="module")
def events(block: Block) -> pd.DataFrame:
    """All events, with page and auth by name."""
    frame = pd.DataFrame(block.part.events)
    frame["page"] = np.array([page for page, _, _ in PAGES])[frame["page"]]
    frame["auth"] = np.array(AUTHS)[frame["auth"]]
    return frame


def of_session(events: pd.DataFrame, page: str) -> pd.DataFrame:
    """The first session that has the page."""
    return events[events["session"] == events.loc[events["page"] == page, "session"].iloc[0]]


def test_items_count_from_zero_without_gaps_in_order_of_time(events: pd.DataFrame) -> None:
    sessions = events.groupby("session")
    assert (sessions["item"].min() == 0).all()
    assert (sessions["item"].diff().dropna() == 1).all()
    assert (sessions["ts"].diff().dropna() >= 0).all()


def test_every_song_of_a_session_is_played(events: pd.DataFrame, block: Block) -> None:
    played = events[events["page"] == "NextSong"].groupby("session").size()
    whole = played.index[:-100]  # the last sessions are cut by the end of the simulation
    assert (played[whole] == block.sessions["songs"][whole]).mean() > 0.99


def test_mishaps_happen_as_often_as_drawn() -> None:
    sessions = np.zeros(1, SESSION)
    sessions["songs"], sessions["errors"], sessions["adverts"], sessions["thumbs_down"] = 5, 2, 3, 4
    pages = np.bincount(draw_events(np.random.default_rng(0), sessions)["page"], minlength=len(PAGES))
    count = dict(zip([page for page, _, _ in PAGES], pages, strict=True))
    assert (count["Error"], count["Roll Advert"], count["Thumbs Down"]) == (2, 3, 4)


def test_users_are_logged_out_from_logout_to_login(events: pd.DataFrame) -> None:
    before = events.groupby("session")[["page", "auth"]].shift()
    logged_out = events["auth"] == "Logged Out"
    inside = logged_out & (events["item"] > 0)
    assert set(before.loc[inside, "page"]) <= {"Logout", "Home", "About", "Help"}
    assert (before.loc[before["page"] == "Logout", "auth"] == "Logged In").all()
    assert (events.loc[before["page"] == "Logout", "auth"] == "Logged Out").all()
    assert (events.loc[before["page"] == "Login", "auth"] == "Logged In").all()
    assert (events.loc[events["page"] == "NextSong", "auth"] == "Logged In").all()


def test_a_small_share_of_the_events_has_no_user(events: pd.DataFrame) -> None:
    assert 0.02 < events["auth"].isin(["Logged Out", "Guest"]).mean() < 0.05


def test_a_cancellation_ends_the_last_session_on_its_day(events: pd.DataFrame, block: Block) -> None:
    confirmed = events[events["page"] == "Cancellation Confirmation"]
    day, user = np.nonzero(block.days.decision == CANCEL)
    assert sorted(zip(confirmed["ts"] // MS_PER_DAY, confirmed["user"], strict=True)) == list(
        zip(day, user, strict=True)
    )
    assert (confirmed["auth"] == "Cancelled").all()
    assert (events.loc[confirmed.index - 1, "page"] == "Cancel").all()
    assert (confirmed.set_index("user")["ts"] == events.groupby("user")["ts"].max()[confirmed["user"]]).all()


@pytest.mark.parametrize(("page", "paid"), [("Upgrade", True), ("Downgrade", False)])
def test_the_level_changes_behind_the_submission(events: pd.DataFrame, page: str, paid: bool) -> None:
    session = of_session(events, f"Submit {page}")
    submitted = session.loc[session["page"] == f"Submit {page}", "item"].iloc[0]
    assert (session.loc[session["item"] <= submitted, "paid"] != paid).all()
    assert (session.loc[session["item"] > submitted, "paid"] == paid).all()
    assert session.loc[session["item"] == submitted - 1, "page"].tolist() == [page]


def test_a_new_user_registers_as_a_guest(events: pd.DataFrame, block: Block) -> None:
    session = of_session(events, "Submit Registration")
    registered = session[session["page"] == "Submit Registration"].iloc[0]
    assert registered["ts"] == block.users.registered[registered["user"]]
    assert (session.loc[session["ts"] <= registered["ts"], "auth"] == "Guest").all()
    assert not (session.loc[session["ts"] > registered["ts"], "auth"] == "Guest").any()
    assert session["ts"].min() == events.loc[events["user"] == registered["user"], "ts"].min()


def test_a_session_without_songs_has_events_too() -> None:
    assert len(draw_events(np.random.default_rng(0), np.zeros(1, SESSION))) > 0


def test_no_sessions_have_no_events() -> None:
    assert len(draw_events(np.random.default_rng(0), np.zeros(0, SESSION))) == 0
