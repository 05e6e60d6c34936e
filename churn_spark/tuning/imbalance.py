"""Few customers churn: ways to make a model heed them, on the rows to learn from only."""

from typing import Literal

import numpy as np
from imblearn.over_sampling import SMOTE
from imblearn.under_sampling import RandomUnderSampler
from sklearn.impute import SimpleImputer

from churn_spark.models.candidate import Labelled

Method = Literal["none", "weights", "smote", "undersampling", "balanced_ensemble"]
METHODS: tuple[Method, ...] = ("none", "weights", "smote", "undersampling", "balanced_ensemble")
MEMBERS = 5  # of a balanced ensemble


def balanced(train: Labelled, method: Method, seed: int) -> list[Labelled]:
    """The rows to fit on: one set, or one for each member of a balanced ensemble, whose probabilities are averaged.

    - weights: churned rows weigh as much as all others together.
    - smote: made-up churned rows between neighbours (Chawla et al. 2002), after median imputation.
    - undersampling: as many others as churned rows, drawn at random.
    - balanced_ensemble: several models, each on all churned rows and as many others (Liu et al. 2009).

    All but `none` bend the probabilities: calibrate afterwards.
    """
    if method == "none":
        return [train]
    if method == "weights":
        others = len(train.churned) - train.churned.sum()
        return [train._replace(weights=np.where(train.churned == 1, others / train.churned.sum(), 1.0))]
    if method == "smote":
        known = SimpleImputer(strategy="median", keep_empty_features=True).fit_transform(train.rows)
        neighbours = min(5, int(train.churned.sum()) - 1)
        return [Labelled(*SMOTE(k_neighbors=neighbours, random_state=seed).fit_resample(known, train.churned))]
    number = MEMBERS if method == "balanced_ensemble" else 1
    return [_undersampled(train, seed + member) for member in range(number)]


def _undersampled(train: Labelled, seed: int) -> Labelled:
    sampler = RandomUnderSampler(random_state=seed)
    sampler.fit_resample(np.arange(len(train.churned))[:, None], train.churned)
    return train.only(np.sort(sampler.sample_indices_))
