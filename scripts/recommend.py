"""Recommend strategies and decision rules for a table of your own, and write a study to test them.

Usage: python scripts/recommend.py my.csv --target y
"""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "workflow"))

from skewbench.errors import InputError  # noqa: E402
from skewbench.logs import explain  # noqa: E402
from skewbench.recommend import knowledge, users_table  # noqa: E402
from skewbench.recommend.recommend_command import recommend  # noqa: E402

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
users_table.add_arguments(parser)
parser.add_argument("--metric", default="average_precision", choices=knowledge.METRICS)
parser.add_argument("--learner", default="xgboost", help="a learner that the study has run")
parser.add_argument(
    "--knowledge",
    type=Path,
    default=ROOT / "results" / "reference" / "published",
    help="results of the study to learn from",
)
parser.add_argument("--out", type=Path, default=Path("recommendation"), help="folder to write to")
arguments = parser.parse_args()
try:
    print("\n".join(recommend(arguments, ROOT)))
except InputError as error:
    sys.exit(f"Error: {error}")
except OSError as error:
    sys.exit(f"Error: {explain(error, arguments.out)}")
