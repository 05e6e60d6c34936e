"""The best parameters of a kind of model: all of a grid, or a search that learns from what it has tried."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import optuna

from churn_spark.tuning.grids import GRIDS, SPACES, WHOLE, every

Way = Literal["settings", "grid", "optuna"]
Parameters = Mapping[str, Any]


class Tried(NamedTuple):
    """A set of parameters on all folds: the mean ROC-AUC on the rows tested on, its deviation, seconds of one fit."""

    way: Way
    number: int
    parameters: Parameters
    roc_auc: float
    roc_auc_std: float
    train_seconds: float


@dataclass(frozen=True)
class Search:
    """How sets of parameters are tried: `run` tries some at once, `done` are those of a run that was killed.

    `told` is called with each wave of new ones.
    """

    kind: str
    seed: int
    at_once: int
    done: Sequence[Tried]
    run: Callable[[Way, Sequence[tuple[int, Parameters]]], list[Tried]]
    told: Callable[[Sequence[Tried]], None]

    def wave(self, way: Way, numbered: Sequence[tuple[int, Parameters]]) -> list[Tried]:
        """Try these at once."""
        tried = self.run(way, numbered)
        self.told(tried)
        return tried

    def done_by(self, way: Way) -> list[Tried]:
        """What this way has tried already, in its order."""
        return sorted((one for one in self.done if one.way == way), key=lambda one: one.number)


def unsearched(search: Search) -> list[Tried]:
    """The parameters that training takes without a search, so that a search never makes them worse."""
    return search.done_by("settings") or search.wave("settings", [(0, {})])


def grid(search: Search) -> list[Tried]:
    """All combinations of the kind's grid, without those that are done."""
    done = search.done_by("grid")
    finished = {one.number for one in done}
    left = [numbered for numbered in enumerate(every(GRIDS[search.kind])) if numbered[0] not in finished]
    for start in range(0, len(left), search.at_once):
        done = [*done, *search.wave("grid", left[start : start + search.at_once])]
    return done


def learned(search: Search, trials: int) -> list[Tried]:
    """So many sets by Optuna's sampler of tree-structured Parzen estimators (Bergstra et al. 2011).

    It asks for as many at once as can run. A search that goes on tells the sampler what was tried before.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    space = SPACES[search.kind]
    distributions = {name: _distribution(name, *span) for name, span in space.items()}
    study = optuna.create_study(
        direction="maximize", sampler=optuna.samplers.TPESampler(seed=search.seed, constant_liar=True)
    )
    done = search.done_by("optuna")
    for one in done:
        study.add_trial(optuna.trial.create_trial(params=dict(one.parameters), distributions=distributions,
                                                  value=one.roc_auc))  # fmt: skip
    while len(done) < trials:
        asked = [study.ask(distributions) for _ in range(min(search.at_once, trials - len(done)))]
        numbered = [(len(done) + place, trial.params) for place, trial in enumerate(asked)]
        wave = search.wave("optuna", numbered)
        for trial, one in zip(asked, wave, strict=True):
            study.tell(trial, one.roc_auc)
        done = [*done, *wave]
    return done


def best(tried: Sequence[Tried]) -> Tried:
    """The one with the highest mean ROC-AUC; of equal ones, that of the quickest fit."""
    return max(tried, key=lambda one: (one.roc_auc, -one.train_seconds))


def why(by_way: Mapping[Way, Sequence[Tried]]) -> str:
    """Which way won, in a sentence, with what each way found by how many sets of parameters."""
    winners = {way: best(tried) for way, tried in by_way.items() if tried}
    parts = [f"{way}: ROC-AUC {one.roc_auc:.4f}, best of {len(by_way[way])}" for way, one in winners.items()]
    won = best(list(winners.values()))
    gains = [won.roc_auc - one.roc_auc for one in winners.values() if one is not won]
    if not gains:
        return parts[0]
    sure = "more than" if min(gains) > won.roc_auc_std / np.sqrt(2) else "less than"
    return f"{', '.join(parts)}; {won.way} won, by {sure} the folds differ"


def parameters_of(text: str) -> Parameters:
    """Parameters as a table has them."""
    found: Parameters = json.loads(text)
    return found


def _distribution(name: str, low: float, high: float, log: bool) -> optuna.distributions.BaseDistribution:
    if name in WHOLE:
        return optuna.distributions.IntDistribution(int(low), int(high), log=log)
    return optuna.distributions.FloatDistribution(low, high, log=log)
