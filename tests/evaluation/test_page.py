"""The report of a run, as its readers see it in a browser."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from playwright.sync_api import Page, sync_playwright

from churn_spark.evaluation.page import report_page
from churn_spark.evaluation.pictures import ticks
from churn_spark.evaluation.run import TrainingRun
from tests.evaluation.runs import small_run, with_calibration

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DASH = "\u2013"
RUN = small_run()


@pytest.fixture(scope="module")
def text() -> str:
    return report_page(RUN)


class Shown(NamedTuple):
    """The page in the browser, what the console said, and the addresses that were asked for."""

    page: Page
    console: list[str]
    requests: list[str]


@pytest.fixture(scope="module")
def shown(text: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    if CHROMIUM is None:
        pytest.skip("no chromium here; .ci/run installs it")
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(text, encoding="utf-8")
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox"],  # root in a container has no sandbox
        ) as browser,
    ):
        page = browser.new_page()
        console: list[str] = []
        requests: list[str] = []
        page.on("console", lambda message: console.append(message.text))
        page.on("pageerror", lambda error: console.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(file.as_uri())
        yield Shown(page, console, requests)


def test_the_page_is_one_small_text_that_names_no_address(text: str) -> None:
    assert len(text.encode()) < 3_000_000
    assert not re.search(r"(src|href)=.?(https?:|//)|@import|url\(", text)


def test_the_same_run_gives_the_same_page(text: str) -> None:
    assert report_page(small_run()) == text


def test_every_picture_says_in_words_what_it_shows(text: str) -> None:
    assert len(re.findall(r'<svg [^>]*aria-label="[^"]{20,}"', text)) == text.count("<svg ") >= 10


def test_no_jargon_stands_before_the_section_for_specialists(text: str) -> None:
    before = re.sub(r"<[^>]+>", " ", text[text.index("<main>") : text.index("For specialists")])
    assert not re.search(r"AUC|SHAP|threshold|precision|recall|log odds|holdout|bootstrap", before)


def test_retrospective_results_are_called_so(text: str) -> None:
    assert "Retrospective, for comparison only" in text
    assert "Retrospective" not in report_page(replace(RUN, retrospective=None))


def test_calibration_is_shown_before_and_after(text: str) -> None:
    assert "The probabilities are not calibrated." in text
    calibrated = with_calibration(RUN)
    assert all(words in report_page(calibrated) for words in ("Before calibration", "After calibration", "isotonic"))


def test_a_group_judged_wrong_is_named() -> None:
    churned = np.where(np.isnan(RUN.holdout.rows[:, 1]) & ~RUN.alarmed, 1.0, RUN.holdout.churned)
    page = report_page(replace(RUN, holdout=RUN.holdout._replace(churned=churned)))
    assert "customers without an alarm and with “Days since registration” unknown, 100 % left; usually" in page


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (replace(RUN, money=None), "The value of a kept customer is not known"),
        (replace(RUN, explained=None), "This model was not explained."),
        (replace(RUN, learning=None, warning=None), "How sure that is"),
        (replace(RUN, card=RUN.card.model_copy(update={"threshold": 1.0})), "no alarm"),
    ],
)
def test_what_a_run_lacks_is_left_out_or_told(run: TrainingRun, words: str) -> None:
    assert words in report_page(run)


@pytest.mark.parametrize(
    ("low", "high", "values"),
    [(0, 0.34, [0, 0.1, 0.2, 0.3]), (-3, 2, [-3, -2, -1, 0, 1, 2]), (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1])],
)
def test_an_axis_has_round_values(low: float, high: float, values: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(values)


@pytest.mark.slow
def test_the_browser_shows_it_without_an_error_and_asks_for_nothing_else(shown: Shown) -> None:
    assert shown.page.title() == "churn: how well the model foresees who leaves"
    assert shown.console == []
    assert [Path(address).name for address in shown.requests] == ["report.html"]


@pytest.mark.slow
@pytest.mark.parametrize("width", [400, 1280])
def test_nothing_is_wider_than_the_screen(shown: Shown, width: int) -> None:
    shown.page.set_viewport_size({"width": width, "height": 900})
    assert shown.page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.slow
def test_the_figures_shown_are_those_of_the_run(shown: Shown) -> None:
    cells = {cell.get_attribute("data-metric"): cell.inner_text() for cell in shown.page.locator("[data-metric]").all()}
    metrics = {name: None if text == DASH else float(text.replace(",", "")) for name, text in cells.items()}
    assert metrics == pytest.approx(RUN.card.metrics, abs=5e-5)
    assert shown.page.locator("#pairs").inner_text() == f"{100 * RUN.card.metrics['roc_auc']:.0f} of 100"
    assert shown.page.locator("#recall").inner_text() == f"{100 * RUN.card.metrics['recall']:.0f} %"
    assert shown.page.locator("#hit-rate").inner_text() == f"{100 * RUN.card.metrics['precision']:.0f} %"
