"""Train a strategy, learner and threshold on a whole table of your own, and export the model.

Usage: python scripts/fit.py my.csv --target y --strategy smote --learner xgboost
"""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "workflow"))

from skewbench.errors import InputError  # noqa: E402
from skewbench.logs import explain  # noqa: E402
from skewbench.recommend import users_table  # noqa: E402
from skewbench.recommend.fit_command import fit  # noqa: E402

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
users_table.add_arguments(parser)
parser.add_argument("--strategy", default="none", help="a name of config/strategies.yaml")
parser.add_argument("--learner", default="xgboost", help="a name of config/learners.yaml")
parser.add_argument(
    "--decision",
    default="tuned_f1",
    help="default, prior, tuned_<metric>, or corrected/cost, recalibrated/cost, ...",
)
parser.add_argument(
    "--cost",
    nargs=2,
    type=float,
    default=[10.0, 1.0],
    metavar=("FALSE_NEGATIVE", "FALSE_POSITIVE"),
    help="what the two mistakes cost",
)
parser.add_argument("--out", type=Path, default=Path("model"), help="folder to write to")
arguments = parser.parse_args()
try:
    print("\n".join(fit(arguments, ROOT)))
except InputError as error:
    sys.exit(f"Error: {error}")
except OSError as error:
    sys.exit(f"Error: {explain(error, arguments.out)}")
