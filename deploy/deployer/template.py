"""A template: what can be set in it, and the copy that is deployed."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from deployer.aws import Aws, Json

# What a deployment of an API is a copy of. A stage, a usage plan or a domain takes effect at once.
COPIED = re.compile(r"AWS::ApiGateway::(RestApi|Resource|Method|Model|RequestValidator|GatewayResponse|Authorizer)$")

# Of what a version is a copy.
VERSIONED = re.compile(r"AWS::Lambda::Function$")


@dataclass(frozen=True)
class Parameter:
    """What can be set."""

    name: str
    default: str | None
    allowed: tuple[str, ...]
    constraints: Mapping[str, str]

    def refuses(self, value: str) -> str | None:
        """What a value must be that is not so; CloudFormation says it only once the image is built."""
        least, most = (self.constraints.get(name) for name in ("MinValue", "MaxValue"))
        if self.allowed:
            return None if value in self.allowed else f"is one of {', '.join(self.allowed)}"
        if self.constraints.get("Type") == "Number":
            fits = re.fullmatch(r"-?[0-9]+", value) and (not least or int(least) <= int(value))
            if fits and (not most or int(value) <= int(most)):
                return None
            bounds = [f"{word} {bound}" for word, bound in (("from", least), ("to", most)) if bound]
            return " ".join(["is a whole number", *bounds])
        if re.fullmatch(self.constraints.get("AllowedPattern", "(?s:.*)"), value):
            return None
        return self.constraints.get("ConstraintDescription") or f"fits {self.constraints['AllowedPattern']}"


def read_parameters(aws: Aws, text: str) -> dict[str, Parameter]:
    """Ask CloudFormation, which reads YAML, what the template's parameters are; of constraints it tells allowed values alone."""
    summary = aws.call("cloudformation", "get_template_summary", TemplateBody=text)
    blocks = _blocks(_sections(text)["Parameters"])
    return {
        name: _parameter(found, blocks[name]) for found in summary["Parameters"] for name in [found["ParameterKey"]]
    }


def parameters_of_stack(aws: Aws, name: str) -> dict[str, Parameter]:
    """The same of what is deployed; nothing is to be set here."""
    summary = aws.call("cloudformation", "get_template_summary", StackName=name)
    return {found["ParameterKey"]: _parameter(found, "") for found in summary["Parameters"]}


def parameters_here(text: str) -> dict[str, Parameter]:
    """What can be set, for whom nothing of AWS can be asked yet: without defaults and allowed values."""
    return {
        name: _parameter({"ParameterKey": name}, block)
        for name, block in _blocks(_sections(text)["Parameters"]).items()
    }


def _parameter(found: Json, block: str) -> Parameter:
    allowed = found.get("ParameterConstraints", {}).get("AllowedValues") or []
    lines = re.findall(r"^ *(Type|MinValue|MaxValue|AllowedPattern|ConstraintDescription): (.*)$", block, re.MULTILINE)
    constraints = {name: _scalar(value) for name, value in lines}
    return Parameter(found["ParameterKey"], found.get("DefaultValue"), tuple(map(str, allowed)), constraints)


def _scalar(text: str) -> str:
    return text[1:-1].replace("''", "'") if text.startswith("'") else text


def template_to_deploy(text: str, values: Mapping[str, str], about: Mapping[str, str]) -> str:
    """Name the API's deployment and the function's version after what they are copies of, and note what the next run wants to know.

    The note is an output, because no update may change a template's metadata alone. CloudFormation makes new ones only for new
    names:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-deployment.html
    """
    named = re.sub(r"\bApiDeployment\b", f"ApiDeployment{fingerprint(text, values, COPIED)}", text)
    named = re.sub(r"\bPublishedVersion\b", f"PublishedVersion{fingerprint(text, values, VERSIONED)}", named)
    return _without_comments(with_notes(named, about))


def with_notes(text: str, about: Mapping[str, str]) -> str:
    """As outputs of the stack."""
    notes = "".join(f"  {name}: {{ Value: {json.dumps(value)} }}\n" for name, value in about.items())
    return re.sub(r"^Outputs:\n", lambda found: f"{found[0]}{notes}", text, flags=re.MULTILINE)


def fingerprint(text: str, values: Mapping[str, str], kinds: re.Pattern[str]) -> str:
    """Everything that makes resources of some kinds what they are: their text, and the values of all that they mention."""
    sections = _sections(text)
    blocks = _blocks(sections["Resources"])
    of_kinds = "\n".join(block for block in blocks.values() if kinds.match(_type_of(block)))
    conditions, mappings = _blocks(sections["Conditions"], one_line=True), _blocks(sections["Mappings"])
    reached = _reachable(of_kinds, {**conditions, **mappings})
    mentioned = "\n".join([of_kinds, *reached])
    used = {name: value for name, value in values.items() if re.search(rf"\b{re.escape(name)}\b", mentioned)}
    return hashlib.sha256(json.dumps([mentioned, sorted(used.items())]).encode()).hexdigest()[:12]


def _reachable(text: str, named: Mapping[str, str]) -> list[str]:
    """The conditions and mappings that a text mentions, and those that these mention."""
    found: list[str] = []
    waiting = [text]
    while waiting:
        words = set(re.findall(r"\w+", waiting.pop()))
        new = [block for name, block in named.items() if name in words and block not in found]
        found += new
        waiting += new
    return found


def _sections(text: str) -> dict[str, str]:
    parts = re.split(r"^(\w+):.*\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _blocks(section: str, *, one_line: bool = False) -> dict[str, str]:
    """By name, without comments: those are no part of what is deployed."""
    text = _without_comments(section)
    parts = re.split(r"^  (\w+):" + ("" if one_line else r"\n"), text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], (part.strip() for part in parts[2::2]), strict=True))


def _without_comments(text: str) -> str:
    """A request takes 51,200 bytes."""
    return re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE)


def _type_of(block: str) -> str:
    found = re.match(r"Type: (\S+)", block)
    return found[1] if found else ""
