"""Confusion matrices and training gaps show the numbers of their tables, and say the worst."""

import numpy as np
import pandas as pd
import pytest
from drawings import texts, words_of
from statistics_tables import confusions, gaps

from skewbench.figures.symptoms import confusion_plot, gap_plot
from skewbench.figures.wording import learners_called

pytestmark = pytest.mark.filterwarnings("error")


def test_confusion_matrices_hold_shares_spreads_and_rows():
    figure = confusion_plot(confusions(["none", "smote"]))
    assert len(figure.axes) == 4
    shown = texts(figure.axes[0])
    assert shown[6:9] == ["40%", "[39–41]", "40 rows"]
    found = "The untouched model misses 40% of the minority at the default threshold, 20%"
    assert found in words_of(figure)


def test_a_strategy_without_a_tuned_threshold_leaves_its_place_empty():
    table = confusions(["none", "smote"])
    table = table[(table["strategy"] == "none") | (table["decision"] == "default")]
    assert texts(confusion_plot(table).axes[-1]) == ["not available"]


def test_the_gap_reaches_from_test_to_training():
    table = gaps(["none", "smote", "adasyn"], metric="recall", decision="default")
    (axes,) = (figure := gap_plot(table)).axes
    order = table.sort_values("gap")
    spans = [line.get_xdata() for line in axes.lines if len(line.get_xdata()) == 2]
    np.testing.assert_allclose(spans, order[["test", "training"]].to_numpy())
    last = order.iloc[-1]
    assert texts(axes)[-1].startswith(f"{last['gap']:+.2f} [{last['lower']:+.2f}")
    said = f"falls most for {last['label']} with random forest: by {last['gap']:.2f}"
    assert said in words_of(figure)


def test_the_largest_gap_is_set_beside_the_untouched_model():
    tree = gaps(["none", "smote"], learner="tree", gap=[0.11, 0.52])
    forest = gaps(["none", "smote"], learner="forest", gap=[0.31, 0.45], n_datasets=13)
    own = gaps(["rusboost"], learner="own", gap=[0.2])
    with learners_called({"tree": "Decision tree, depth 3"}):
        said = words_of(gap_plot(pd.concat([tree, forest, own])))
    of_own = words_of(gap_plot(pd.concat([tree, forest, own.assign(gap=0.9)])))
    largest = "most for SMOTE with decision tree, depth 3: by 0.52; for the untouched model by 0.11"
    assert largest in said
    assert "mean over 13 to 14 data sets, by strategy" in said
    assert "RUSBoost: by 0.90; for the untouched model by 0.11 to 0.31, by learner" in of_own
