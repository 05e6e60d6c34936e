"""Both ways to search: what they try, what they do not try again, and which way won."""

from collections.abc import Callable, Sequence

import pytest

from churn_spark.tuning.grids import GRIDS, every
from churn_spark.tuning.search import Parameters, Search, Tried, Way, best, grid, learned, unsearched, why

KIND, AT_ONCE = "logistic_regression", 2
Try = Callable[[Way, Sequence[tuple[int, Parameters]]], list[Tried]]


def tried(way: Way, number: int, parameters: Parameters) -> Tried:
    """A smaller C is better."""
    return Tried(way, number, parameters, 0.8 - float(parameters.get("C", 0.1)), 0.01, 1.0)


def search_after(done: Sequence[Tried], waves: list[Sequence[Tried]]) -> Search:
    """A search that has tried these before, and notes its waves."""

    def run(way: Way, numbered: Sequence[tuple[int, Parameters]]) -> list[Tried]:
        return [tried(way, number, parameters) for number, parameters in numbered]

    return Search(KIND, 7, AT_ONCE, done, run, waves.append)


@pytest.mark.parametrize("way", [grid, lambda search: learned(search, 6)])
def test_a_search_that_goes_on_tries_only_what_is_left(way: Callable[[Search], list[Tried]]) -> None:
    waves: list[Sequence[Tried]] = []
    whole = way(search_after([], waves))
    assert [len(wave) for wave in waves] == [2, 2, 2]
    further: list[Sequence[Tried]] = []
    again = way(search_after([one for wave in waves[:2] for one in wave], further))
    assert [one.number for wave in further for one in wave] == [4, 5]
    assert [one.number for one in again] == [one.number for one in whole] == list(range(6))


def test_the_grid_tries_each_combination_once() -> None:
    assert [one.parameters for one in grid(search_after([], []))] == every(GRIDS[KIND])


def test_a_search_that_has_ended_tries_nothing() -> None:
    waves: list[Sequence[Tried]] = []
    done = [*grid(search_after([], [])), *learned(search_after([], []), 3), *unsearched(search_after([], []))]
    search = search_after(done, waves)
    assert [*grid(search), *learned(search, 3), *unsearched(search)] == done
    assert waves == []


def test_of_equally_good_parameters_the_quickest_win() -> None:
    slow, quick = Tried("grid", 0, {}, 0.8, 0.01, 2.0), Tried("optuna", 0, {}, 0.8, 0.01, 1.0)
    assert best([slow, quick]) == quick


def test_the_reason_names_each_way_and_says_how_sure_it_is() -> None:
    own, found = Tried("settings", 0, {}, 0.8, 0.01, 1.0), Tried("grid", 3, {"C": 0.1}, 0.81, 0.02, 1.0)
    assert why({"settings": [own], "grid": [found]}) == (
        "settings: ROC-AUC 0.8000, best of 1, grid: ROC-AUC 0.8100, best of 1; grid won, by less than the folds differ"
    )
