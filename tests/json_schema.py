"""What our exported JSON Schemas say of a document, read from the schema files alone.

Knows the keywords that occur in them and fails on any other, so that none is passed over.
"""

import re
from collections.abc import Callable
from typing import Any

Rule = Callable[[Any, Any, dict[str, Any]], bool]

_NOTES = {"$schema", "$defs", "title", "description", "default"}
_TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def problems(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "$") -> list[str]:
    """Everything in `value` that `schema` (within the document `root`) does not allow."""
    if "$ref" in schema:
        return problems(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, at)
    found: list[str] = []
    for keyword, wanted in schema.items():
        if keyword not in _NOTES and not keyword.startswith("x-"):
            assert keyword in _RULES, f"no idea what {keyword} in {schema} means"
            if not _RULES[keyword](value, wanted, root):
                found.append(f"{at}: {keyword} {wanted!r} does not hold of {value!r}")
    if isinstance(value, dict):
        for name, inner in value.items():
            rule = _rule_for(name, schema)
            if rule is False:
                found.append(f"{at}: {name} is not in the schema")
            elif isinstance(rule, dict):
                found += problems(inner, rule, root, f"{at}.{name}")
    if isinstance(value, list) and "items" in schema:
        for number, inner in enumerate(value):
            found += problems(inner, schema["items"], root, f"{at}[{number}]")
    return found


def _rule_for(name: str, schema: dict[str, Any]) -> Any:
    if name in schema.get("properties", {}):
        return schema["properties"][name]
    for pattern, rule in schema.get("patternProperties", {}).items():
        if re.search(pattern, name):
            return rule
    return schema.get("additionalProperties", True)


def _is(value: Any, kind: str) -> bool:
    # In Python a bool is an int, in JSON it is not.
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _size(kind: type | tuple[type, ...], good: Callable[[Any, Any], bool]) -> Rule:
    """A rule for values of one type only."""
    return lambda value, wanted, _: not isinstance(value, kind) or good(value, wanted)


def _elsewhere(_value: Any, _wanted: Any, _root: Any) -> bool:
    """Looked at in `problems`, which knows the path."""
    return True


_RULES: dict[str, Rule] = {
    "type": lambda value, wanted, _: _is(value, wanted),
    "const": lambda value, wanted, _: value == wanted and type(value) is type(wanted),
    "enum": lambda value, wanted, _: value in wanted,
    "anyOf": lambda value, wanted, root: any(not problems(value, one, root) for one in wanted),
    "required": lambda value, wanted, _: isinstance(value, dict) and set(wanted) <= value.keys(),
    "pattern": _size(str, lambda value, wanted: re.search(wanted, value) is not None),
    "minimum": _size((int, float), lambda value, wanted: value >= wanted),
    "maximum": _size((int, float), lambda value, wanted: value <= wanted),
    "maxItems": _size(list, lambda value, wanted: len(value) <= wanted),
    "maxProperties": _size(dict, lambda value, wanted: len(value) <= wanted),
    "maxLength": _size(str, lambda value, wanted: len(value) <= wanted),
    "properties": _elsewhere,
    "patternProperties": _elsewhere,
    "additionalProperties": _elsewhere,
    "items": _elsewhere,
}
