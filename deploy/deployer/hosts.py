"""What to paste where, as scripts/make-docs.ts wrote it to hosts.json. A key is never in it."""

import json
import shlex
from pathlib import Path


def settings(name: str, url: str, value: str | None, *, get: str) -> str:
    """Settings of each host, ready to paste, and the variable with the key that they name. @param get: prints the key."""
    exported = shlex.quote(value) if value else f'"$({get})"'
    first = ("The key, for the shell that starts the host", f"export {_variable(name)}={exported}")
    return _printed([first, *_hosts("with_key", name, url)])


def settings_without_key(name: str, url: str) -> str:
    """The same, for a server whose clients sign in: hosts find out where by themselves."""
    return _printed(_hosts("without_key", name, url))


def settings_signed(name: str, url: str, region: str) -> str:
    """For a server that takes signed requests: hosts cannot sign, a program beside them does, github.com/aws/mcp-proxy-for-aws."""
    arguments = ["mcp-proxy-for-aws@latest", url, "--service", "execute-api", "--region", region]
    server = {"mcpServers": {name: {"command": "uvx", "args": arguments}}}
    return _printed([("A host that starts programs, with AWS credentials", json.dumps(server, indent=2))])


def _hosts(kind: str, name: str, url: str) -> list[tuple[str, str]]:
    file = json.loads(Path(__file__).with_name("hosts.json").read_text(encoding="utf-8"))
    stands_for = {file["url"]: url, file["variable"]: _variable(name), file["name"]: name}
    return [(host["title"], _replaced(host["text"], stands_for)) for host in file[kind]]


def _variable(name: str) -> str:
    return f"{name.upper().replace('-', '_')}_API_KEY"


def _replaced(text: str, stands_for: dict[str, str]) -> str:
    for old, new in stands_for.items():
        text = text.replace(old, new)
    return text


def _printed(parts: list[tuple[str, str]]) -> str:
    return "\n\n".join(f"# {title}\n{text}" for title, text in parts)
