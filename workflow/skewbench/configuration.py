"""Reading YAML from users: safe, strict, with errors that name file, key and what is allowed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match, relevance

from skewbench.errors import InputError, nearest

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_]*\Z"
LABEL_PATTERN = r"^\w[^$\x00-\x1f\x7f]*\Z"
SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"

# Aliases make a file of a few lines as large as one likes; the whole catalogue has 1,000 values.
_MOST_VALUES = 100_000
_DEEPEST = 50
_OF_A_TAG = (ValueError, TypeError, LookupError, AttributeError)  # as of !!bool, !!timestamp
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


class _StrictLoader(yaml.SafeLoader):
    """A safe loader that refuses a key given twice instead of keeping the last one silently."""

    def compose_mapping_node(self, anchor: str | None) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if (key.tag, str(key.value)) in seen:
                raise InputError(f"line {line}: the key '{key.value}' is given twice")
            seen.add((key.tag, str(key.value)))
            # Lists of aliases, merged level upon level, would grow without bound.
            if key.tag == "tag:yaml.org,2002:merge" and not isinstance(value, yaml.MappingNode):
                raise InputError(f"line {line}: '<<' takes one mapping")
        return node


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping in a YAML file.

    Raises
    ------
    InputError
        If the file is absent, unreadable, not YAML, repeats a key, holds no mapping, holds itself
        or too much, or has a control character in a text.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)
        _measure(content, {}, 0)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from None
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    except (yaml.YAMLError, *_OF_A_TAG, RecursionError) as error:
        raise InputError(f"{path}: is not valid YAML ({' '.join(str(error).split())})") from None
    if not isinstance(content, dict):
        raise InputError(f"{path}: should hold a mapping of keys to values")
    return content


def _measure(value: Any, known: dict[int, int], depth: int) -> int:
    """Return how many values ``value`` holds, each alias counted as what it stands for."""
    if depth > _DEEPEST:
        raise InputError(f"holds itself, or more than {_DEEPEST} levels")
    if isinstance(value, str) and (found := _UNPRINTABLE.search(value)):
        raise InputError(f"the control character {found[0]!r} is not allowed, as in {value!r}")
    if value is None or isinstance(value, (str, int, float)):
        return 1
    if not isinstance(value, (dict, list)):  # a date, or what a tag such as !!binary asks for
        raise InputError(f"'{value}' is read as a {type(value).__name__}; put text in quotes")
    if id(value) not in known:
        inner = [*value, *value.values()] if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_measure(item, known, depth + 1) for item in inner)
    if known[id(value)] > _MOST_VALUES:
        raise InputError(f"holds more than {_MOST_VALUES:,} values, aliases written out")
    return known[id(value)]


def validate(entry: dict, kind: str, where: str) -> dict:
    """Return ``entry`` with the defaults of ``workflow/schemas/<kind>.schema.yaml`` filled in.

    Parameters
    ----------
    entry : dict
        The configuration to check.
    kind : {"study", "dataset", "strategy", "learner"}
        Which schema it follows.
    where : str
        File, and key within it, for the error message.

    Raises
    ------
    InputError
        Naming the offending key, what is wrong and what is allowed.
    """
    schema = _schema(kind)
    errors = list(Draft202012Validator(schema).iter_errors(entry))
    # A wrong value of one source's key makes all of that source's keys look unknown.
    values = [error for error in errors if error.validator != "unevaluatedProperties"]
    error = best_match(values or errors, key=_relevance)
    if error is not None:
        raise InputError(f"{where}: {_sentence(error, schema)}")
    for key, value in _numbers(entry):
        if not math.isfinite(value):
            raise InputError(f"{where}: key '{key}': {value} is not a finite number")
    defaults = {k: v["default"] for k, v in schema["properties"].items() if "default" in v}
    return defaults | entry


def _relevance(error: ValidationError) -> tuple[Any, ...]:
    """The library's own key; it cannot order paths in which numbers and texts meet."""
    depth, path, *rest = relevance(error)
    return depth, [str(part) for part in path], *rest


def _numbers(entry: dict, prefix: str = "") -> Iterator[tuple[str, float]]:
    """Yield our own keys' floats; parameters of classes (infinity, NaN) are the classes' affair."""
    for key, value in entry.items():
        if isinstance(value, float):
            yield f"{prefix}{key}", value
        elif isinstance(value, dict) and "." not in str(key):
            yield from _numbers(value, f"{prefix}{key}.")


@cache
def _schema(kind: str) -> dict:
    return yaml.safe_load((SCHEMAS / f"{kind}.schema.yaml").read_text(encoding="utf-8"))


def _properties(schema: dict) -> set[str]:
    """Every property name a schema mentions at its top level, conditional branches included."""
    names = set(schema.get("properties", {}))
    for branch in schema.get("allOf", []):
        names |= set(branch.get("then", {}).get("properties", {}))
    return names


def _sentence(error: ValidationError, schema: dict) -> str:
    key = ".".join(str(part) for part in error.absolute_path)
    at = f"key '{key}': " if key else ""
    if error.validator in ("additionalProperties", "unevaluatedProperties"):
        known = sorted(_properties(error.schema if key else schema))
        unknown = [k for k in error.instance if k not in known] or [
            k for k in error.instance if repr(k) in error.message
        ]
        name = str(unknown[0])
        if name in known:
            return f"{at}the key '{name}' does not go with source '{error.instance.get('source')}'"
        return f"{at}unknown key '{name}'; {nearest(name, known)}"
    if error.validator == "required":
        missing = next(k for k in error.validator_value if k not in error.instance)
        return f"{at}the key '{missing}' is missing"
    if error.validator == "enum":
        allowed = [str(v) for v in error.validator_value]
        return f"{at}{error.instance!r} is not allowed; {nearest(error.instance, allowed)}"
    if error.validator == "pattern" and error.validator_value == NAME_PATTERN:
        return f"{at}{error.instance!r} is no name: letters, digits and underscores only"
    if error.validator == "pattern" and error.validator_value == LABEL_PATTERN:
        return f"{at}{error.instance!r} should be one line that begins with a letter, without '$'"
    if error.validator == "maxProperties":
        return f"{at}an entry of your own is one name with its keys indented below it"
    if error.validator == "pattern":
        return f"{at}{error.instance!r} does not have the form {error.validator_value}"
    if error.validator == "oneOf":
        names = " or ".join(f"'{k['required'][0]}'" for k in error.validator_value)
        return f"{at}exactly one of {names} is needed"
    if error.validator == "not" and "required" in error.validator_value:
        both = " and ".join(f"'{k}'" for k in error.validator_value["required"])
        return f"{at}{both} exclude each other"
    if error.validator == "not":
        return f"{at}{error.instance!r} is not allowed"
    return f"{at}{error.message}"
