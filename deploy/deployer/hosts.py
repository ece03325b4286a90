"""What to paste where. A key is a reference to the environment, or asked for, unless its value is to be shown."""

import json

NAME = "bedrock-spend"
VARIABLE = "BEDROCK_SPEND_API_KEY"


def settings(url: str, value: str | None, *, stack: str, region: str, key: str) -> str:
    """Settings of each host, ready to paste."""
    get = f"python3 deploy/deploy.py keys show {key} --stack {stack} --region {region}"
    first = [] if value else [("The key, for the shell that starts the host", f'export {VARIABLE}="$({get})"')]
    parts = [*first, *((title, text) for title, text in _hosts(url, value))]
    return "\n\n".join(f"# {title}\n{text}" for title, text in parts)


def settings_without_key(url: str) -> str:
    """The same, for a server whose clients sign in: hosts find out where by themselves."""
    server = {NAME: {"url": url}}
    typed = {NAME: {"type": "http", "url": url}}
    parts = [
        ("Claude Code", f"claude mcp add --transport http {NAME} {url}"),
        ("Cursor: .cursor/mcp.json", _json({"mcpServers": server})),
        ("VS Code: .vscode/mcp.json", _json({"servers": typed})),
        ("Kiro: .kiro/settings/mcp.json", _json({"mcpServers": server})),
        ("Inspector", f"npx @modelcontextprotocol/inspector {url} --transport http"),
    ]
    return "\n\n".join(f"# {title}\n{text}" for title, text in parts)


def _hosts(url: str, value: str | None) -> list[tuple[str, str]]:
    inspector = (
        f'npx @modelcontextprotocol/inspector --cli {url} --transport http --method tools/list --header "x-api-key: '
    )
    return [
        # https://code.claude.com/docs/en/mcp
        ("Claude Code: .mcp.json", _json({"mcpServers": _server(url, value or f"${{{VARIABLE}}}", kind="http")})),
        # https://cursor.com/docs/context/mcp
        ("Cursor: .cursor/mcp.json", _json({"mcpServers": _server(url, value or f"${{env:{VARIABLE}}}")})),
        ("VS Code: .vscode/mcp.json", _json(_vs_code(url, value))),
        # https://kiro.dev/docs/mcp/configuration/
        ("Kiro: .kiro/settings/mcp.json", _json({"mcpServers": _server(url, value or f"${{{VARIABLE}}}")})),
        # https://github.com/modelcontextprotocol/inspector
        ("Inspector", f'{inspector}{value or f"${VARIABLE}"}"'),
    ]


def _server(url: str, value: str, kind: str | None = None) -> dict[str, object]:
    typed = {"type": kind} if kind else {}
    return {NAME: {**typed, "url": url, "headers": {"x-api-key": value}}}


def _vs_code(url: str, value: str | None) -> dict[str, object]:
    """See https://code.visualstudio.com/docs/copilot/reference/mcp-configuration: it asks once, and keeps the key safe."""
    if value:
        return {"servers": _server(url, value, kind="http")}
    asked = {"type": "promptString", "id": f"{NAME}-key", "description": "API key of bedrock-spend", "password": True}
    return {"inputs": [asked], "servers": _server(url, f"${{input:{NAME}-key}}", kind="http")}


def _json(value: object) -> str:
    return json.dumps(value, indent=2)
