"""A template, evaluated: parameters with their constraints, conditions, mappings, and the functions that ours uses."""

import json
import re
from functools import lru_cache
from typing import Any

import yaml


class Invalid(Exception):
    """What CloudFormation answers with ValidationError."""


class _Loader(yaml.SafeLoader):
    pass


def _tagged(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".")
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _tagged)


@lru_cache(maxsize=16)
def parse(text: str) -> dict[str, Any]:
    """For reading alone: whoever asks again gets the same, because each description of a stack asks."""
    found: dict[str, Any] = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    return found


def summary(template: dict[str, Any]) -> list[dict[str, Any]]:
    """Parameters as GetTemplateSummary tells them."""
    return [
        {
            "ParameterKey": name,
            "ParameterType": given["Type"],
            **({"DefaultValue": str(given["Default"])} if "Default" in given else {}),
            "Description": given.get("Description", ""),
            "ParameterConstraints": {"AllowedValues": [str(value) for value in given.get("AllowedValues", [])]},
        }
        for name, given in template.get("Parameters", {}).items()
    ]


def check(template: dict[str, Any], given: dict[str, str]) -> dict[str, str]:
    """All parameters, if they may have these values."""
    known = template.get("Parameters", {})
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise Invalid(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    values = {name: given.get(name, str(each["Default"]) if "Default" in each else None) for name, each in known.items()}
    missing = sorted(name for name, value in values.items() if value is None)
    if missing:
        raise Invalid(f"Parameters: [{', '.join(missing)}] must have values")
    for name, value in values.items():
        _check_one(name, known[name], str(value))
    for rule in template.get("Rules", {}).values():
        scope = Scope(template, values, {}, {})
        if scope.evaluate(rule["RuleCondition"]):
            for assertion in rule["Assertions"]:
                if not scope.evaluate(assertion["Assert"]):
                    raise Invalid(f"Template error: {assertion['AssertDescription']}")
    return {name: str(value) for name, value in values.items()}


def _check_one(name: str, parameter: dict[str, Any], value: str) -> None:
    if "AllowedValues" in parameter and value not in map(str, parameter["AllowedValues"]):
        raise Invalid(f"Parameter '{name}' must be one of AllowedValues")
    if "AllowedPattern" in parameter and not re.fullmatch(parameter["AllowedPattern"], value):
        hint = parameter.get("ConstraintDescription", f"must match pattern {parameter['AllowedPattern']}")
        raise Invalid(f"Parameter {name} failed to satisfy constraint: {hint}")
    if parameter["Type"] == "Number":
        if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
            raise Invalid(f"Parameter '{name}' must be a number.")
        if not parameter.get("MinValue", float("-inf")) <= float(value) <= parameter.get("MaxValue", float("inf")):
            raise Invalid(f"Parameter '{name}' must be a number not less or greater than its limits")


NO_VALUE = object()


class Scope:
    """What names stand for."""

    def __init__(
        self,
        template: dict[str, Any],
        values: dict[str, Any],
        pseudo: dict[str, str],
        made: dict[str, tuple[str, dict[str, str]]],
    ) -> None:
        self.template, self.values, self.pseudo, self.made = template, values, pseudo, made

    def exists(self, logical: str) -> bool:
        condition = self.template["Resources"][logical].get("Condition")
        return condition is None or bool(self.evaluate({"Condition": condition}))

    def properties(self, logical: str) -> dict[str, Any]:
        found: dict[str, Any] = self.evaluate(self.template["Resources"][logical].get("Properties", {}))
        return found

    def outputs(self) -> dict[str, str]:
        return {
            name: str(self.evaluate(output["Value"]))
            for name, output in self.template.get("Outputs", {}).items()
            if "Condition" not in output or self.evaluate({"Condition": output["Condition"]})
        }

    def order(self) -> list[str]:
        """Existing resources, each after what it mentions."""
        resources = self.template["Resources"]
        done: list[str] = []

        def visit(logical: str) -> None:
            if logical in done or not self.exists(logical):
                return
            for other in [*_list(resources[logical].get("DependsOn", [])), *self._mentioned(logical)]:
                if other in resources:
                    visit(other)
            done.append(logical)

        for logical in resources:
            visit(logical)
        return done

    def _mentioned(self, logical: str) -> list[str]:
        text = json.dumps(self.template["Resources"][logical].get("Properties", {}))
        found = re.findall(r'"Ref": "(\w+)"|"Fn::GetAtt": \["(\w+)"|\$\{(\w+)[.}]', text)
        return [name for names in found for name in names if name and name != logical]

    def evaluate(self, value: Any) -> Any:  # noqa: PLR0911, PLR0912
        if isinstance(value, list):
            return [item for item in map(self.evaluate, value) if item is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) != 1 or not (next(iter(value)).startswith("Fn::") or next(iter(value)) in ("Ref", "Condition")):
            found = {key: self.evaluate(item) for key, item in value.items()}
            return {key: item for key, item in found.items() if item is not NO_VALUE}
        (function, given), *_ = value.items()
        match function:
            case "Ref":
                return self._reference(given)
            case "Condition":
                return self.evaluate(self.template["Conditions"][given])
            case "Fn::GetAtt":
                return self.made[given[0]][1][".".join(given[1:])]
            case "Fn::If":
                return self.evaluate(given[1] if self.evaluate({"Condition": given[0]}) else given[2])
            case "Fn::Equals":
                one, other = map(self.evaluate, given)
                return str(one) == str(other)
            case "Fn::Not":
                return not self.evaluate(given[0])
            case "Fn::And":
                return all(map(self.evaluate, given))
            case "Fn::Or":
                return any(map(self.evaluate, given))
            case "Fn::Join":
                return given[0].join(map(str, _list(self.evaluate(given[1]))))
            case "Fn::FindInMap":
                name, key, inner = map(self.evaluate, given)
                return self.template["Mappings"][name][str(key)][inner]
            case "Fn::Sub":
                text, own = given if isinstance(given, list) else (given, {})
                named = {name: self.evaluate(part) for name, part in own.items()}
                return re.sub(
                    r"\$\{([\w:.]+)\}",
                    lambda found: str(named[found[1]] if found[1] in named else self._substitute(found[1])),
                    text,
                )
        raise Invalid(f"Template error: {function} is not known to this rig")

    def _substitute(self, name: str) -> Any:
        logical, dot, attribute = name.partition(".")
        return self.made[logical][1][attribute] if dot else self._reference(name)

    def _reference(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self.pseudo:
            return self.pseudo[name]
        if name in self.values:
            value = self.values[name]
            kind = self.template["Parameters"][name]["Type"]
            return value.split(",") if kind == "CommaDelimitedList" else value
        return self.made[name][0]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
