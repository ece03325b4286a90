"""An app's code, bundled by serverless-mcp-dev, which uses esbuild: what runs on AWS is what runs in the local Lambda."""

import json
import os
import shutil
import subprocess
from pathlib import Path

from deployer.app import App
from deployer.error import DeployError

PROGRAM = Path("node_modules/serverless-mcp-dev/bin/serverless-mcp-dev.js")
# What bundles, where serverless-mcp-dev has started this: itself. A list of words, in JSON.
GIVEN = os.environ.get("DEPLOYER_BUNDLER")
# In front of servers without one of their own: it finds keys in other headers. In the package of serverless-mcp-dev, bundled.
KEYS_ALONE = Path(__file__).parent.parent / "authorizer.ts"
BUNDLED = KEYS_ALONE.with_suffix("")


def bundle(app: App, into: Path) -> None:
    """Write index.mjs, what it loads late, and the authorizer into a folder."""
    _bundle(app, app.folder, app.entry, into)
    if app.authorizer:
        _bundle(app, app.folder, app.authorizer, into / "authorizer")
    elif BUNDLED.is_dir():
        shutil.copytree(BUNDLED, into / "authorizer")
    else:
        _bundle(app, KEYS_ALONE.parent.parent, KEYS_ALONE, into / "authorizer")


def _bundle(app: App, folder: Path, entry: Path, into: Path) -> None:
    """From a folder, which settles how files are named in the result."""
    asked = [*_bundler(app), "bundle", str(entry.relative_to(folder)), "--out", str(into)]
    ended = subprocess.run(asked, cwd=folder, stdout=2, check=False)
    if ended.returncode != 0:
        raise DeployError(f"{app.name} could not be bundled: what is said above has to be put right first.")


def _bundler(app: App) -> list[str]:
    if GIVEN:
        return [str(word) for word in json.loads(GIVEN)]
    node = shutil.which("node")
    if node is None:
        raise DeployError("Node is missing, which bundles the server: install Node 22.18 or newer.")
    return [node, str(_program(app))]


def _program(app: App) -> Path:
    """As Node finds packages: in this folder or one above it."""
    folders = [app.folder, *app.folder.parents]
    found = next((folder / PROGRAM for folder in folders if (folder / PROGRAM).is_file()), None)
    if found:
        return found
    locked = next((folder for folder in folders if _locks_it(folder / "package-lock.json")), None)
    what = f"run npm ci in {locked}" if locked else "run npm install --save-dev serverless-mcp-dev there"
    raise DeployError(f"serverless-mcp-dev is missing in {app.folder}: {what}.")


def _locks_it(file: Path) -> bool:
    """Whether npm ci installs it there."""
    return file.is_file() and f'"{PROGRAM.parent.parent.as_posix()}"' in file.read_text()
