"""What stands behind --source, taken apart: docs/sources/README.md. The server reads the same text again, and has the last word."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from deployer.error import DeployError

KINDS = "auto, cloudwatch:, athena:s3://BUCKET/PREFIX, s3://BUCKET/PREFIX or metrics:"

PARAMETERS = {
    "auto": ("region", "role", "s3", "workgroup", "output"),
    "cloudwatch": ("region", "role", "via"),
    "s3": ("region", "role"),
    "athena": ("region", "role", "workgroup", "output", "table", "create"),
    "metrics": ("region", "role"),
}


@dataclass(frozen=True)
class Source:
    """`KIND:PATH?NAME=VALUE[,VALUE]&…`."""

    text: str
    kind: str
    path: str
    given: dict[str, tuple[str, ...]]

    @property
    def names(self) -> tuple[str, ...]:
        """The path's parts between commas; a comma that is written %2C is part of a name."""
        return tuple(name for name in (unquote(part).strip() for part in self.path.split(",")) if name)

    @property
    def roles(self) -> tuple[str, ...]:
        """To assume, in other accounts."""
        return self.given.get("role", ())

    def regions(self, own: str) -> tuple[str, ...]:
        """The regions that it names, or the function's own."""
        return self.given.get("region") or (own,)

    def one(self, name: str) -> str | None:
        """The first value of a parameter."""
        return next(iter(self.given.get(name, ())), None)

    @property
    def bucket_and_prefix(self) -> tuple[str, str]:
        """Of s3: and athena: sources; the prefix is empty or a folder's."""
        found = re.fullmatch(r"(?:s3:)?//([A-Za-z0-9._-]{3,255})/?(.*)", unquote(self.path), re.DOTALL)
        if found is None:
            raise DeployError(f"--source {self.text}: it names no bucket. Write {KINDS}.")
        return found[1], found[2]


def source_from_text(text: str) -> Source:
    """Take a source apart, or say what is wrong with it."""
    found = re.fullmatch(r"([a-z0-9]{2,}):([^?]*)(?:\?(.*))?", "auto:" if text == "auto" else text, re.IGNORECASE)
    if found is None:
        raise DeployError(
            f"--source {text}: Lambda cannot see files of this machine. Put them into S3, or write {KINDS}."
        )
    kind, path, query = found[1].lower(), found[2], found[3] or ""
    if kind not in PARAMETERS:
        raise DeployError(f"--source {text}: there is no source of the kind {kind}:. Write {KINDS}.")
    given: dict[str, tuple[str, ...]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in PARAMETERS[kind]:
            raise DeployError(f"--source {text}: {kind}: has no {name}. It knows {', '.join(PARAMETERS[kind])}.")
        given[name] = given.get(name, ()) + tuple(part.strip() for part in value.split(",") if part.strip())
    if kind in ("auto", "metrics") and path:
        raise DeployError(f"--source {text}: nothing but ?{'= and &'.join(PARAMETERS[kind])}= may follow {kind}:.")
    if kind == "auto" and given.get("s3", ("athena",)) not in (("athena",), ("files",)):
        raise DeployError(f'--source {text}: s3 is "athena" or "files".')
    return Source(text, kind, path, given)
