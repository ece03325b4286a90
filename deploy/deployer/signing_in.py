"""Signing in to a registry for one push, in a folder of its own: what a person has signed in to is neither read nor changed.

A builder's own `login` writes to the person's settings, and fails where these leave signing in to a helper, as
amazon-ecr-credential-helper (https://github.com/awslabs/amazon-ecr-credential-helper); `logout` signs the person out.
"""

import base64
import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Where they have their settings, below the home folder: https://docs.docker.com/reference/cli/docker/#configuration-files
FOLDERS = {"docker": ".docker", "finch": ".finch"}
OF_SIGNING_IN = ("auths", "credsStore", "credHelpers")


@dataclass(frozen=True)
class SigningIn:
    """What a push is given, so that it is signed in."""

    flags: tuple[str, ...]
    environment: dict[str, str]


@contextlib.contextmanager
def signed_in(program: str, registry: str, login: tuple[str, str]) -> Iterator[SigningIn]:
    """Write user and password down for as long as it takes, where nobody else can read them."""
    auth = base64.b64encode(":".join(login).encode()).decode()
    with tempfile.TemporaryDirectory(prefix="deploy-") as folder:
        file = Path(folder) / "config.json"
        file.touch(mode=0o600)
        theirs = _settings_of(program)
        kept = _without_signing_in(theirs / "config.json") if theirs else {}
        file.write_text(json.dumps({**kept, "auths": {registry: {"auth": auth}}}))
        if theirs is None:
            yield SigningIn(("--authfile", str(file)), {})
            return
        _link_the_rest(theirs, Path(folder))
        yield SigningIn((), {"DOCKER_CONFIG": folder})


def _settings_of(program: str) -> Path | None:
    """The folder that is named by DOCKER_CONFIG; podman and buildah take a file."""
    folder = FOLDERS.get(program)
    return Path(os.environ.get("DOCKER_CONFIG") or Path.home() / folder) if folder else None


def _without_signing_in(file: Path) -> dict[str, object]:
    """What else is set, as the service that is spoken to."""
    try:
        settings = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return {name: value for name, value in settings.items() if name not in OF_SIGNING_IN}


def _link_the_rest(theirs: Path, ours: Path) -> None:
    """Contexts, which tell where docker's service is, and plugins lie beside the settings."""
    for entry in theirs.iterdir() if theirs.is_dir() else ():
        if entry.name != "config.json":
            # Windows makes links for administrators alone; docker's own default context needs none.
            with contextlib.suppress(OSError):
                (ours / entry.name).symlink_to(entry.absolute())
