"""Random configurations: a study, or one sentence that names file and key."""

import copy
import json
import re

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skewbench.errors import InputError
from skewbench.study import load_study
from users_files import small_root

SMOTE = "imblearn.over_sampling.SMOTE"
TREE = "sklearn.tree.DecisionTreeClassifier"
VALID = {
    "study": "mini",
    "datasets": [
        "wine_2",
        {
            "moons": {
                "source": "synthetic",
                "shape": "moons",
                "n_samples": 60,
                "seed": 1,
                "cost": {"false_negative": 5, "false_positive": 1},
            }
        },
        {
            "theirs": {
                "source": "file",
                "path": "x.csv",
                "target": "y",
                "positive": "a",
                "drop": ["z"],
                "categorical": ["x"],
                "separator": ",",
                "split": {"kind": "grouped", "column": "x"},
            }
        },
    ],
    "ratios": ["natural", "ir10m50"],
    "strategies": [
        "none",
        "smote",
        {"mine": {"level": "data", "label": "Mine", "resample": {SMOTE: {"k_neighbors": 3}}}},
        {"heavy": {"level": "hybrid", "weight": {"scheme": "effective_number", "beta": 0.9}}},
    ],
    "learners": ["decision_tree", {"stump": {"model": {TREE: {"max_depth": 1}}, "max_rows": 9}}],
    "seeds": 3,
    "seeds_per_job": 2,
    "folds": 3,
    "inner_folds": 2,
    "time_limit": 5,
    "keep_scores": True,
    "cost": {"false_negative": 3, "false_positive": 1},
    "highlight": ["smote"],
}
# fmt: off
WORDS = st.sampled_from([
    "none", "all", "natural", "ir10", "x", "a.B", "os.path", "os.system", "my_methods.X", "a/b",
    "..", "../../x", "/etc/passwd", "con", "Cache", "reference", "None", "MOONS", "own", "x" * 300,
    "file", "synthetic", "x.csv", "y", "${data}/x.csv", "~nobody_here/x.csv", "a\0.csv", "x\n",
    "=1+1", "$x$", "<script>", "\x1b[2J", "ir" + "9" * 500, "ir10m" + "9" * 5000, "lt1" + "0" * 200,
    "{wildcard}", "*", " ", "", "\u202e", "𝒩", "..a", "a..b", ".", "\ud800",
])
KEYS = st.one_of(WORDS, st.sampled_from([
    "source", "shape", "path", "test_path", "target", "split", "kind", "column", "cost", "model",
    "level", "resample", "weight", "scheme", "anchor", "wrap", "positive", "separator", "encoding",
    "decimal", "categorical", "label", "family", "notes", "data_home", "tasks", "max_rows", "<<",
    TREE, SMOTE,
]), st.integers(0, 2), st.booleans(), st.none(), st.text(max_size=4), st.floats(), st.dates())
# fmt: on
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 10**20),
    st.sampled_from([10**400, -(10**400), 1e308, 5e-324]),
    st.floats(),
    st.dates(),
    st.datetimes(),
    st.binary(max_size=3),
    st.text(max_size=6),
    WORDS,
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


def places(node, path=()):
    """Yield the path of every value below ``node``."""
    inner = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in inner:
        yield (*path, key)
        if isinstance(value, (dict, list)):
            yield from places(value, (*path, key))


@st.composite
def changed_studies(draw):
    """Return the valid study with a value replaced, removed, renamed or added, and the keys of it.

    Keys are as messages have them: "strateg" is in "key 'strategies'" and in "strategy 'mine'".
    """
    study = copy.deepcopy(VALID)
    path = draw(st.sampled_from(list(places(study))))
    node = study
    for key in path[:-1]:
        node = node[key]
    change = draw(st.sampled_from(["replace", "replace", "remove", "rename", "add"]))
    value, keys = node[path[-1]], [path[0][:7]]
    if change == "replace":
        node[path[-1]] = draw(TREES)
    elif change == "remove" or isinstance(node, list):
        del node[path[-1]]
    else:
        new = draw(KEYS.filter(lambda key: key != path[-1]))
        node[new] = value
        keys.append(f"key '{new}")  # it may have replaced the value of another key
        if change == "rename":
            del node[path[-1]]
    return study, keys


def read(root, content):
    """Load ``content`` as a study file; return what an InputError said, or None."""
    (root / "x.csv").write_text("x,y,z\n1,a,2\n", encoding="utf-8")
    file = root / "study.yaml"
    file.write_bytes(content)
    try:
        study = load_study(file, root)
    except InputError as error:
        said = str(error)
        assert said.startswith(("study.yaml: ", str(root)))
        assert said.isprintable()
        assert len(said) <= 1000
        return said
    for block in study.blocks():
        names = (study.name, block.dataset, block.ratio, block.strategy)
        assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.]{,59}", name) for name in names)
    json.dumps([study.datasets, study.protocol], allow_nan=False)
    json.dumps([study.strategies, study.learners])
    return None


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return small_root(tmp_path_factory.mktemp("root"))


def dumped(content):
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True).encode(
        "utf-8", "surrogatepass"
    )


def test_the_study_that_is_changed_is_valid(root):
    assert read(root, dumped(VALID)) is None


def check_change(root, changed):
    study, keys = changed
    said = read(root, dumped(study))
    keys = [*keys, "unknown key", "is read as a", "control character", "not valid YAML", "<<"]
    assert said is None or any(key in said for key in keys), said


SNIPPETS = st.sampled_from(
    [
        *(b"!!python/object/apply:os.system [true]", b"!!python/name:os.system", b"!!binary aGk="),
        *(
            b"!x ",
            b"&a ",
            b"*a",
            b"<<: *a",
            b"<<: {x: 1}",
            b"!!set {x}",
            b"!!float ''",
            b"!!bool x",
        ),
        *(b"!!timestamp 9", b"---\n", b"...\n", b"%YAML 9.9\n", b"%TAG ! x\n", b"? ", b": ", b"- "),
        *(
            b"\t",
            b"\n",
            b"\r",
            b"  ",
            b"#",
            b"{",
            b"}",
            b"[",
            b"]",
            b"'",
            b'"',
            b"|\n",
            b">\n",
            b"=\n",
        ),
        *(b"\xff", b"\xfe\xff", b"\0", b"\xc2\x85", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"[" * 200),
        *(
            b"2020-01-01",
            b".nan",
            b".inf",
            b"1e999",
            b"1_0",
            b"0o7",
            b"1:30",
            b"~",
            b"yes",
            b"9" * 5000,
        ),
    ]
)


@st.composite
def damaged_texts(draw):
    """Return the text of the valid study with snippets put in, or spans taken out."""
    text = dumped(VALID)
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        place = draw(st.integers(0, len(text)))
        lost = draw(st.sampled_from([0, 0, 1, 5, 60]))
        text = text[:place] + draw(SNIPPETS) + text[place + lost :]
    return text


FUZZ = settings(deadline=None, suppress_health_check=list(HealthCheck))
MANY = [pytest.param(100, id="some"), pytest.param(4000, id="many", marks=pytest.mark.slow)]


@pytest.mark.parametrize("examples", MANY)
def test_a_changed_study_is_a_study_or_one_sentence_with_file_and_key(root, examples):
    @settings(FUZZ, max_examples=examples)
    @given(changed_studies())
    def check(changed):
        check_change(root, changed)

    check()


@pytest.mark.parametrize("examples", MANY)
def test_a_damaged_text_is_a_study_or_one_sentence_with_the_file(root, examples):
    @settings(FUZZ, max_examples=examples)
    @given(damaged_texts())
    def check(text):
        read(root, text)

    check()


@pytest.mark.parametrize("examples", MANY)
def test_any_yaml_is_a_study_or_one_sentence(root, examples):
    @settings(FUZZ, max_examples=examples)
    @given(TREES)
    def check(content):
        read(root, dumped(content))

    check()


LAUGHS = "a0: &a0 [x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
)
MERGES = "a0: &a0 {x: 1}\n" + "".join(
    f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}], y{n}: 1}}\n" for n in range(1, 30)
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(LAUGHS, "more than 100,000 values", id="a billion laughs"),
        pytest.param(MERGES, "line 2: '<<' takes one mapping", id="merged laughs"),
        pytest.param("a: &a [*a]", "holds itself", id="within itself"),
        pytest.param("a: " + "[" * 60 + "]" * 60, "more than 50 levels", id="deep"),
        pytest.param("study: 2020-01-01", "'2020-01-01' is read as a date; put", id="date"),
        pytest.param("study: !!binary aGk=", "is read as a bytes", id="bytes"),
        pytest.param('study: "\\e[31m"', r"control character '\\x1b' is not", id="escape"),
        pytest.param('study: "\\uD800"', r"control character '\\ud800' is not", id="surrogate"),
        pytest.param("study: !!python/object:os.system {}", "not valid YAML", id="object"),
        pytest.param("study: !!timestamp 2020", "not valid YAML", id="no timestamp"),
        pytest.param("study: !!bool maybe", "not valid YAML", id="no truth value"),
    ],
)
def test_what_yaml_can_do_to_a_reader_gives_one_sentence(root, text, message):
    said = read(root, text.encode())
    assert re.search(message, said)


def test_a_merged_mapping_may_be_overridden(root):
    text = dumped(VALID | {"cost": {"false_negative": 1, "false_positive": 1}}).decode()
    text = text.replace(
        "cost:\n  false_negative: 1", "cost:\n  <<: &c {false_negative: 9}\n  false_negative: 1"
    )
    assert "<<" in text
    assert read(root, text.encode()) is None
