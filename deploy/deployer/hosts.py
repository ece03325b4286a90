"""What to paste where: what `bedrock-spend config` prints, as scripts/make-docs.ts wrote it to hosts.json. A key is never in it."""

import json
import shlex
from pathlib import Path

VARIABLE = "BEDROCK_SPEND_API_KEY"


def settings(url: str, value: str | None, *, stack: str, region: str, key: str) -> str:
    """Settings of each host, ready to paste, and the variable with the key that they name."""
    get = f"python3 deploy/deploy.py keys show {key} --stack {stack} --region {region}"
    exported = shlex.quote(value) if value else f'"$({get})"'
    first = ("The key, for the shell that starts the host", f"export {VARIABLE}={exported}")
    return _printed([first, *_hosts("with_key", url)])


def settings_without_key(url: str) -> str:
    """The same, for a server whose clients sign in: hosts find out where by themselves."""
    return _printed(_hosts("without_key", url))


def settings_signed(url: str, region: str) -> str:
    """For a server that takes signed requests: hosts cannot sign, a program beside them does, github.com/aws/mcp-proxy-for-aws."""
    arguments = ["mcp-proxy-for-aws@latest", url, "--service", "execute-api", "--region", region]
    server = {"mcpServers": {"bedrock-spend": {"command": "uvx", "args": arguments}}}
    return _printed([("A host that starts programs, with AWS credentials", json.dumps(server, indent=2))])


def _hosts(kind: str, url: str) -> list[tuple[str, str]]:
    file = json.loads(Path(__file__).with_name("hosts.json").read_text(encoding="utf-8"))
    return [(host["title"], host["text"].replace(file["url"], url)) for host in file[kind]]


def _printed(parts: list[tuple[str, str]]) -> str:
    return "\n\n".join(f"# {title}\n{text}" for title, text in parts)
