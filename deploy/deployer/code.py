"""Brings an app's code to where Lambda fetches it, unless it is there: an image in ECR, or a zip in S3."""

import contextlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deployer.app import App, OwnImage
from deployer.archive import Bucket, archive_of
from deployer.aws import Aws
from deployer.bundling import bundle
from deployer.console import Console
from deployer.error import DeployError
from deployer.image import Recipe, Repository, find_builder

HERE = Path(__file__).parent
NO_IMAGE = f"sha256:{0:064}"


@dataclass(frozen=True)
class CodeRequest:
    """What is asked for, as far as it is about code."""

    stack: str
    tags: Mapping[str, str]
    architecture: str
    # Of the Dockerfile.
    arguments: Mapping[str, str]
    builder: str | None
    base_image: str | None
    rebuild: bool
    plan: bool


@dataclass(frozen=True)
class Place:
    """Where it is, or will be once it was brought."""

    parameters: Mapping[str, str]
    # Does what is still to be done, before the stack is changed.
    bring: Callable[[], None] = lambda: None
    # What a first deployment leaves behind where it is refused; empty where that is nothing.
    left: str = ""


def provide(aws: Aws, console: Console, app: App, request: CodeRequest) -> Place:
    """Find where it lies. Only an image has to be there to be named; a plan names what would be there."""
    if app.package == "zip":
        return _zip(aws, console, app, request)
    repository = Repository(aws, request.stack, request.tags)
    with _image_of(app) as image:
        recipe = Recipe(request.architecture, request.arguments, request.base_image, image.dockerfile, image.context)
        digest = _digest(app, console, repository, recipe, request)
    left = (
        f"The image stays, in the ECR repository {repository.name}: deploy takes it from there, destroy deletes both."
    )
    return Place({"ImageUri": f"{repository.uri}@{digest}"}, left=left)


def _zip(aws: Aws, console: Console, app: App, request: CodeRequest) -> Place:
    if request.builder or request.base_image:
        raise DeployError(f"{app.name} is no image, so there is nothing for --builder or --base-image.")
    with tempfile.TemporaryDirectory(prefix="deploy-") as folder:
        bundle(app, Path(folder))
        archive = archive_of(Path(folder))
    bucket = Bucket(aws, request.stack, request.tags)
    there = bucket.is_there() and bucket.has(archive.key)
    if request.plan:
        console.say(f"Code {archive.key}: {'is there' if there else 'would be uploaded'}.")

    def bring() -> None:
        bucket.ensure()
        if request.rebuild or not there:
            console.say(f"Uploading {archive.key} to {bucket.name}.")
            bucket.put(archive)

    return Place({"CodeBucket": bucket.name, "CodeKey": archive.key}, bring)


@contextlib.contextmanager
def _image_of(app: App) -> Iterator[OwnImage]:
    """The app's own, or one with the bundle and the packages beside it."""
    if app.image:
        yield app.image
        return
    manifest = app.folder / "package.json"
    if not manifest.is_file():
        raise DeployError(f"There is no {manifest}, whose packages are to lie in the image.")
    with tempfile.TemporaryDirectory(prefix="deploy-") as place:
        folder = Path(place)
        bundle(app, folder / "bundle")
        for name in ("package.json", "package-lock.json"):
            if (app.folder / name).is_file():
                shutil.copy(app.folder / name, folder / name)
        shutil.copy(HERE / "Dockerfile", folder / "Dockerfile")
        yield OwnImage(folder / "Dockerfile", folder)


def _digest(app: App, console: Console, repository: Repository, recipe: Recipe, request: CodeRequest) -> str:
    """Find the image's digest, after building it where it is not there."""
    digest = None if request.rebuild else repository.digest(recipe.tag)
    if request.plan:
        console.say(f"Image {recipe.tag}: {'is there' if digest else 'would be built and pushed'}.")
        return digest or NO_IMAGE
    if digest is None:
        builder = find_builder(request.builder, console)
        repository.ensure()
        reference = f"{repository.uri}:{recipe.tag}"
        console.say(f"Building {recipe.tag} with {builder.program} for {recipe.architecture}.")
        builder.build(recipe, reference, _labels(app, recipe.context))
        console.say("Pushing it.")
        builder.push(reference, repository.login())
        digest = repository.digest(recipe.tag)
    if digest is None:
        raise DeployError(f"The image was pushed, but {repository.name} does not have it: run the command again.")
    return digest


def _labels(app: App, context: Path) -> dict[str, str]:
    """What the image says about itself; no part of what it is."""
    asked = ["git", "-C", str(app.folder), "rev-parse", "--short", "HEAD"]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    except FileNotFoundError:
        said = ""
    manifest = context / "package.json"
    version = json.loads(manifest.read_text()).get("version") if manifest.is_file() else None
    return {"VERSION": str(version or "unknown"), "REVISION": said or "unknown"}
