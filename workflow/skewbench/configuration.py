"""Reading YAML from users: safe, strict, with errors that name file, key and what is allowed."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from skewbench.errors import InputError, nearest

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_]*\Z"
SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"


class _StrictLoader(yaml.SafeLoader):
    """A safe loader that refuses a key given twice instead of keeping the last one silently."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        seen = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=deep)
            if isinstance(key, (str, int, float, bool)):
                if key in seen:
                    line = key_node.start_mark.line + 1
                    raise InputError(f"line {line}: the key '{key}' is given twice")
                seen.add(key)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping in a YAML file.

    Raises
    ------
    InputError
        If the file is absent, unreadable, not YAML, repeats a key, or holds no mapping.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)
        json.dumps(content, default=str, skipkeys=True)  # refuses what refers to itself
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from None
    except InputError as error:
        raise InputError(f"{path}, {error}") from None
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise InputError(f"{path}: is not valid YAML ({' '.join(str(error).split())})") from None
    if not isinstance(content, dict):
        raise InputError(f"{path}: should hold a mapping of keys to values")
    return content


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
    error = best_match(values or errors)
    if error is not None:
        raise InputError(f"{where}: {_sentence(error, schema)}")
    for key, value in entry.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise InputError(f"{where}: key '{key}': {value} is not a finite number")
    defaults = {k: v["default"] for k, v in schema["properties"].items() if "default" in v}
    return defaults | entry


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
