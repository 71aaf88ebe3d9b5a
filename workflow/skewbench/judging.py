"""From scores to metric rows: one learner, one fold, every score version, prior and decision."""

from __future__ import annotations

import numpy as np

from skewbench.decisions import decide, score_versions
from skewbench.fitting import Scored
from skewbench.metrics.counts import confusion
from skewbench.metrics.probability import probability_metrics
from skewbench.metrics.ranking import multiclass_ranking_metrics, ranking_metrics
from skewbench.results import MetricRow


class FoldJudge:
    """Gathers the metric rows of one learner on one fold.

    Parameters
    ----------
    fold : int
    scored : Scored
        The outer fit; its first scores are those of the test rows, its second of the training rows.
    weights : dict of str to ndarray of shape (n_test,)
        Test weights by the name of the prior that they give: ``matched`` and ``reference``.

    Attributes
    ----------
    rows : list of MetricRow
    """

    def __init__(self, fold: int, scored: Scored, weights: dict[str, np.ndarray]):
        self.fold, self.scored, self.weights = fold, scored, weights
        self.rows: list[MetricRow] = []

    def add(
        self, metric: str, value: float, scores: str = "", prior: str = "", decision: str = ""
    ) -> None:
        """Add one value."""
        self.rows.append(MetricRow(self.fold, scores, prior, decision, metric, float(value)))

    def test(
        self,
        y: np.ndarray,
        oof: np.ndarray | None,
        y_oof: np.ndarray | None,
        training_prior: np.ndarray,
        correction: str,
        costs: np.ndarray,
    ) -> None:
        """Judge the test scores: versions of them, then decisions, each at both priors.

        Probability metrics are given at the matched prior only: a calibrated model is calibrated
        for one prior.
        """
        scored, test = self.scored, self.scored.scores[0]
        versions = score_versions(
            test,
            oof,
            y_oof,
            prior=training_prior,
            effective_prior=scored.effective_prior,
            correction=correction,
            probabilistic=scored.probabilistic,
        )
        for version, scores in versions.items():
            if scores is None:
                continue
            for name, weight in self.weights.items():
                self._ranking(y, scores, weight, version, name)
            if scored.probabilistic or version != "raw":
                measured = probability_metrics(y, scores, self.weights["matched"])
                for metric, value in measured.items():
                    self.add(metric, value, version, "matched")
        decided = decide(
            versions,
            oof,
            y_oof,
            y,
            effective_prior=scored.effective_prior,
            cost_matrix=costs,
            probabilistic=scored.probabilistic,
            test_weight=self.weights["matched"],
        )
        for (version, rule), (labels, threshold) in decided.items():
            if test.ndim == 1:
                self.add("threshold", threshold, version, "", rule)
            for name, weight in self.weights.items():
                self._counts(y, labels, weight, version, name, rule)

    def training(self, y: np.ndarray) -> None:
        """Judge the model on its own training rows, before resampling, at the default cut."""
        scores = self.scored.scores[1]
        self._ranking(y, scores, None, "training", "")
        if scores.ndim == 1:
            labels = (scores >= (0.5 if self.scored.probabilistic else 0.0)).astype(int)
        else:
            labels = scores.argmax(axis=1)
        self._counts(y, labels, None, "training", "", "default")

    def _ranking(self, y, scores, weight, version: str, prior: str) -> None:
        metrics = ranking_metrics if scores.ndim == 1 else multiclass_ranking_metrics
        for metric, value in metrics(y, scores, weight).items():
            self.add(metric, value, version, prior)

    def _counts(self, y, labels, weight, version: str, prior: str, rule: str) -> None:
        n_classes = len(self.scored.effective_prior)
        counts = confusion(y, labels, weight, n_classes)
        for true in range(n_classes):
            for predicted in range(n_classes):
                value = counts[true, predicted]
                self.add(f"count_{true}_{predicted}", value, version, prior, rule)
