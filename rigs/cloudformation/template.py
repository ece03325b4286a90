"""A template: its parameters with their constraints, rules, conditions. Functions are evaluated by moto's parser."""

import json
import re
from functools import lru_cache, partial
from graphlib import TopologicalSorter
from typing import Any

import yaml
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.parsing import LazyDict, clean_json, parse_condition
from moto.cloudformation.utils import yaml_tag_constructor

# What moto does not know it leaves as it is, or takes for false.
FUNCTIONS = {f"Fn::{name}" for name in ("And", "Equals", "FindInMap", "GetAtt", "If", "Join", "Not", "Or", "Sub")}


MOST_BYTES = 51_200


def invalid(message: str) -> ValidationError:
    return ValidationError(message=message)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    pass


def _tagged(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> Any:
    """moto takes `!Condition` for a function, which is then never true."""
    return {name: node.value} if name == "Condition" else yaml_tag_constructor(loader, f"!{name}", node)


_Loader.add_multi_constructor("!", _tagged)


@lru_cache(maxsize=16)
def within_limits(text: str) -> str:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""
    if len(text.encode()) > MOST_BYTES:
        raise invalid(f"1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to {MOST_BYTES}")
    return text


def parse(text: str) -> dict[str, Any]:
    """For reading alone: whoever asks again gets the same."""
    found: dict[str, Any] = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    unknown = set(re.findall(r'"(Fn::\w+)"', json.dumps(found, default=str))) - FUNCTIONS
    if unknown:
        raise invalid(f"Template error: this rig does not know {', '.join(sorted(unknown))}")
    return found


def check(template: dict[str, Any], given: dict[str, str]) -> dict[str, str]:
    """All parameters, if they may have these values."""
    known = template.get("Parameters", {})
    values = {name: str(given.get(name, each.get("Default"))) for name, each in known.items()}
    wrong = set(given) - set(known) | {name for name, each in known.items() if name not in given and "Default" not in each}
    if wrong:
        raise invalid(f"Parameters: [{', '.join(sorted(wrong))}] must have values, or do not exist in the template")
    for name, value in values.items():
        if not _may_be(known[name], value):
            raise invalid(f"Parameter {name} failed to satisfy constraint: {known[name].get('ConstraintDescription', '')}")
    scope = Scope(template, values)
    for rule in template.get("Rules", {}).values():
        for assertion in rule["Assertions"] if "RuleCondition" not in rule or scope.holds(rule["RuleCondition"]) else ():
            if not scope.holds(assertion["Assert"]):
                raise invalid(f"Template error: {assertion['AssertDescription']}")
    return values


def _may_be(parameter: dict[str, Any], value: str) -> bool:
    if value not in map(str, parameter.get("AllowedValues", [value])):
        return False
    if parameter["Type"] == "Number":
        least, most = parameter.get("MinValue", "-inf"), parameter.get("MaxValue", "inf")
        return bool(re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value)) and float(least) <= float(value) <= float(most)
    return bool(re.fullmatch(parameter.get("AllowedPattern", "(?s:.*)"), value))


def _without_none(value: Any) -> Any:
    """What is AWS::NoValue is not there; moto leaves it in lists."""
    if isinstance(value, list):
        return [_without_none(item) for item in value if item not in (None, {})]
    if isinstance(value, dict):
        return {name: _without_none(item) for name, item in value.items() if item is not None}
    return value


class Scope(dict[str, Any]):
    """What names stand for, where moto's parser looks them up; resources come in as they are made."""

    def __init__(self, template: dict[str, Any], values: dict[str, Any], named: dict[str, Any] | None = None) -> None:
        super().__init__({**template.get("Mappings", {}), **(named or {}), "AWS::NoValue": None})
        for name, value in values.items():
            is_list = template["Parameters"][name]["Type"] == "CommaDelimitedList"
            self[name] = value.split(",") if is_list else value
        self.template = template
        conditions = self.lazy_condition_map = LazyDict()
        for name, condition in template.get("Conditions", {}).items():
            conditions[name] = partial(parse_condition, condition, self, conditions)

    def holds(self, condition: dict[str, Any]) -> bool:
        return bool(parse_condition(condition, self, self.lazy_condition_map))  # type: ignore[arg-type]

    def properties(self, logical: str) -> dict[str, Any]:
        return self._evaluate(self.template["Resources"][logical].get("Properties", {}))

    def outputs(self) -> dict[str, str]:
        there = {name: each["Value"] for name, each in self.template.get("Outputs", {}).items() if self._is_there(each)}
        return {name: str(self._evaluate(value)) for name, value in there.items()}

    def order(self) -> list[str]:
        """Existing resources, each after what it names."""
        there = {name: each for name, each in self.template["Resources"].items() if self._is_there(each)}
        words = {name: set(re.findall(r"\w+", json.dumps({**each, "Type": ""}))) for name, each in there.items()}
        return [*TopologicalSorter({name: words[name] & set(there) - {name} for name in there}).static_order()]

    def _evaluate(self, value: Any) -> Any:
        return _without_none(clean_json(value, self))  # type: ignore[arg-type]

    def _is_there(self, part: dict[str, Any]) -> bool:
        return "Condition" not in part or bool(self.lazy_condition_map[part["Condition"]])
