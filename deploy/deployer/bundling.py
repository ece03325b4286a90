"""An app's code, bundled by its own serverless-mcp-dev, which uses esbuild: what runs on AWS is what runs in the local Lambda."""

import shutil
import subprocess
from pathlib import Path

from deployer.app import App
from deployer.error import DeployError

PROGRAM = Path("node_modules/serverless-mcp-dev/bin/serverless-mcp-dev.js")


def bundle(app: App, into: Path) -> None:
    """Write index.mjs, and what it loads late, into a folder."""
    node = shutil.which("node")
    if node is None:
        raise DeployError("Node is missing, which bundles the server: install Node 22.18 or newer.")
    entry = app.entry.relative_to(app.folder)
    asked = [node, str(_program(app)), "bundle", str(entry), "--out", str(into)]
    ended = subprocess.run(asked, cwd=app.folder, stdout=2, check=False)
    if ended.returncode != 0:
        raise DeployError(f"{app.name} could not be bundled: what is said above has to be put right first.")


def _program(app: App) -> Path:
    """As Node finds packages: in this folder or one above it."""
    for folder in [app.folder, *app.folder.parents]:
        if (folder / PROGRAM).is_file():
            return folder / PROGRAM
    raise DeployError(
        f"serverless-mcp-dev is missing in {app.folder}: run npm install --save-dev serverless-mcp-dev there."
    )
