"""The image: what it is made of, who builds it, and where it is kept. It is built only when something in it is new."""

import base64
import hashlib
import json
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path

from deployer.aws import Aws, AwsError, Json
from deployer.console import Console
from deployer.error import DeployError, NotOursError
from deployer.ours import OURS
from deployer.program import NAME
from deployer.signing_in import signed_in

BUILDERS = ("docker", "podman", "finch", "buildah")
PLATFORMS = {"arm64": "linux/arm64", "x86_64": "linux/amd64"}
KEPT_IMAGES = 10

# Without docker's attestations, which Lambda does not take:
# https://docs.docker.com/build/building/variables/#buildx_no_default_attestations
BUILD_ENVIRONMENT = {"BUILDX_NO_DEFAULT_ATTESTATIONS": "1", "BUILDAH_FORMAT": "docker"}


@dataclass(frozen=True)
class Recipe:
    """Everything that goes into an image."""

    architecture: str
    given: Mapping[str, str]
    base_image: str | None
    dockerfile: Path
    context: Path

    @property
    def arguments(self) -> dict[str, str]:
        """Of the Dockerfile."""
        base = {"BASE_IMAGE": self.base_image} if self.base_image else {}
        return {**self.given, **base}

    @cached_property
    def tag(self) -> str:
        """The same for the same content, whatever it is called and whenever it is built."""
        digest = hashlib.sha256(json.dumps([self.architecture, self.arguments]).encode())
        for file in [self.dockerfile, *build_context(self.context)]:
            digest.update(f"\0{os.path.relpath(file, self.context)}\0".encode())
            digest.update(file.read_bytes())
        return digest.hexdigest()[:20]


def this_architecture() -> str:
    """What a machine builds without emulation."""
    return "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x86_64"


def build_context(root: Path) -> Iterator[Path]:
    """The files that a .dockerignore of exceptions lets through; without one, all but packages and history."""
    ignored = root / ".dockerignore"
    text = ignored.read_text() if ignored.is_file() else "!.\n**/node_modules\n**/.git"
    patterns = [line for line in text.splitlines() if line and line[0] != "#"]
    refused = [pattern.removeprefix("**/") for pattern in patterns if pattern.startswith("**/")]
    for allowed in sorted(pattern[1:] for pattern in patterns if pattern.startswith("!")):
        place = root / allowed
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            parts = file.relative_to(root).parts
            if file.is_file() and not any(fnmatch(part, pattern) for part in parts for pattern in refused):
                yield file


@dataclass(frozen=True)
class Repository:
    """Images in ECR, in the stack's own region and under its name."""

    aws: Aws
    name: str
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def uri(self) -> str:
        """Where Lambda fetches from; ECR's own answer says the same."""
        domain = "amazonaws.com.cn" if self.aws.partition == "aws-cn" else "amazonaws.com"
        return f"{self.aws.account}.dkr.ecr.{self.aws.region}.{domain}/{self.name}"

    def find(self) -> Json | None:
        """What ECR knows of it, or nothing."""
        try:
            found: Json = self.aws.call("ecr", "describe_repositories", repositoryNames=[self.name])["repositories"][0]
        except AwsError as error:
            if error.code == "RepositoryNotFoundException":
                return None
            raise
        return found

    def check_owner(self, found: Json) -> None:
        """Refuse what somebody else has made under this name."""
        tags = self.aws.call("ecr", "list_tags_for_resource", resourceArn=found["repositoryArn"]).get("tags", [])
        if {"Key": OURS, "Value": self.name} not in tags:
            raise NotOursError(
                f"The ECR repository {self.name} in {self.aws.region} is not one of {NAME}'s: take another name with "
                f"--stack, or, if destroy may delete it, tag it {OURS}={self.name}."
            )

    def ensure(self) -> None:
        """Make it as it should be; what an interrupted run has left undone is done now."""
        found = self.find()
        if found:
            self.check_owner(found)
            self.aws.call("ecr", "tag_resource", resourceArn=found["repositoryArn"], tags=self._all_tags())
        else:
            self.aws.call(
                "ecr",
                "create_repository",
                repositoryName=self.name,
                tags=self._all_tags(),
                encryptionConfiguration={"encryptionType": "AES256"},
            )
        self.aws.call(
            "ecr",
            "put_image_scanning_configuration",
            repositoryName=self.name,
            imageScanningConfiguration={"scanOnPush": True},
        )
        lifecycle = {
            "rulePriority": 1,
            "description": "The newest images, to go back to",
            "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": KEPT_IMAGES},
            "action": {"type": "expire"},
        }
        self._set_policy("put_lifecycle_policy", "lifecyclePolicyText", {"rules": [lifecycle]})
        self._set_policy("set_repository_policy", "policyText", self._lambda_may_fetch())

    def digest(self, tag: str) -> str | None:
        """Of the image with a tag, or nothing."""
        try:
            images = self.aws.call("ecr", "describe_images", repositoryName=self.name, imageIds=[{"imageTag": tag}])[
                "imageDetails"
            ]
        except AwsError as error:
            if error.code in ("RepositoryNotFoundException", "ImageNotFoundException"):
                return None
            raise
        if images and "index" in images[0].get("imageManifestMediaType", ""):
            raise DeployError(
                "The builder pushed an image index, which Lambda does not take: update it, or use --builder."
            )
        return str(images[0]["imageDigest"]) if images else None

    def told(self) -> str:
        """What goes with it; empty where there is none."""
        found = self.find()
        if not found:
            return ""
        self.check_owner(found)
        images = self.aws.pages("ecr", "describe_images", "imageDetails", repositoryName=self.name)
        return f"the image repository {self.name}: {sum(1 for _ in images)} images"

    def delete(self) -> None:
        """With all its images."""
        self.aws.call("ecr", "delete_repository", repositoryName=self.name, force=True)

    def login(self) -> tuple[str, str]:
        """User and password for a registry client, good for some hours."""
        token = self.aws.call("ecr", "get_authorization_token")["authorizationData"][0]["authorizationToken"]
        user, _, password = base64.b64decode(token).decode().partition(":")
        return user, password

    def _all_tags(self) -> list[dict[str, str]]:
        return [{"Key": key, "Value": value} for key, value in {**self.tags, OURS: self.name}.items()]

    def _set_policy(self, operation: str, argument: str, policy: Json) -> None:
        self.aws.call("ecr", operation, repositoryName=self.name, **{argument: json.dumps(policy)})

    def _lambda_may_fetch(self) -> Json:
        """See https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#configuration-images-permissions."""
        function = f"arn:{self.aws.partition}:lambda:{self.aws.region}:{self.aws.account}:function:{self.name}-*"
        statement = {
            "Sid": "LambdaFetches",
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            "Condition": {"StringLike": {"aws:sourceArn": function}},
        }
        return {"Version": "2012-10-17", "Statement": [statement]}


@dataclass(frozen=True)
class Builder:
    """A program that builds and pushes images; all four understand the same words."""

    program: str
    console: Console

    def build(self, recipe: Recipe, reference: str, labels: dict[str, str]) -> None:
        """Build it, and say what is in the way."""
        arguments = {**recipe.arguments, **labels}
        flags = [flag for name, value in arguments.items() for flag in ("--build-arg", f"{name}={value}")]
        layers = ["--layers"] if self.program == "buildah" else []
        place = ["--platform", PLATFORMS[recipe.architecture], "--file", str(recipe.dockerfile)]
        failed = self._run(["build", *layers, *place, *flags, "--tag", reference, str(recipe.context)])
        if not failed:
            return
        if recipe.architecture != this_architecture():
            raise DeployError(
                f"{self.program} could not build for {recipe.architecture} here: add "
                f"--set Architecture={this_architecture()}, or run this on {recipe.architecture}."
            )
        raise DeployError(f"{self.program} could not build the image: what it says above has to be put right first.")

    def push(self, reference: str, login: tuple[str, str]) -> None:
        """Push it, signed in for that alone."""
        registry = reference.partition("/")[0]
        with signed_in(self.program, registry, login) as signing_in:
            failed = self._run(["push", *signing_in.flags, reference], signing_in.environment)
        if failed:
            raise DeployError(f"{self.program} could not push to {registry}: see above, then run the command again.")

    def _run(self, arguments: list[str], more: Mapping[str, str] | None = None) -> bool:
        """Run it, what it says on stderr. Returns whether it failed."""
        environment = {**os.environ, **BUILD_ENVIRONMENT, **(more or {})}
        ended = subprocess.run([self._path(), *arguments], env=environment, stdout=2, check=False)
        return ended.returncode != 0

    def _path(self) -> str:
        return shutil.which(self.program) or self.program


def find_builder(wanted: str | None, console: Console) -> Builder:
    """Take the one that is asked for, or the first that is installed and works."""
    for program in [wanted] if wanted else BUILDERS:
        path = shutil.which(program)
        if path and _works(path, program):
            return Builder(program, console)
    if wanted:
        raise DeployError(f"{wanted} is not installed or does not run: start it, or leave --builder out.")
    raise DeployError(
        f"Nothing here builds images: install one of {', '.join(BUILDERS)}, and start it if it has a service."
    )


def _works(path: str, program: str) -> bool:
    """Whether its service runs, too; buildah has none."""
    question = ["--version"] if program == "buildah" else ["info"]
    return subprocess.run([path, *question], capture_output=True, check=False).returncode == 0
