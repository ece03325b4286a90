#!/usr/bin/env -S python3 -IS
"""Stands for docker, podman, finch or buildah, by the name it is started with: builds nothing, and pushes to the rig's ECR.

It writes what it was asked to RIG_BUILDER_LOG, one JSON line each, with the registries that it is signed in to and the settings
beside that, keeps a bundle that it was to build, by its tag, beside that file, and fails for the command in RIG_BUILDER_FAILS. As
theirs, its login fails where a helper signs in.
"""

import json
import os
import sys

def main() -> int:
    name, (command, *rest) = os.path.basename(sys.argv[0]), sys.argv[1:]
    typed = sys.stdin.read() if command == "login" else ""
    folder = os.environ.get("DOCKER_CONFIG") or os.path.join(os.environ["HOME"], ".docker")
    file = rest[rest.index("--authfile") + 1] if "--authfile" in rest else os.path.join(folder, "config.json")
    settings = json.load(open(file)) if os.path.exists(file) else {}
    signed_in = sorted(settings.get("auths", ()))
    others = [*settings, *os.listdir(os.path.dirname(file))] if settings else []
    with open(os.environ["RIG_BUILDER_LOG"], "a") as log:
        print(json.dumps({"builder": name, "command": command, "arguments": rest, "typed": bool(typed), "signedIn": signed_in, "others": others}), file=log)
    if command not in ("--version" if name == "buildah" else "info", "build", "login", "push", "logout"):
        print(f"{name}: unknown command {command}", file=sys.stderr)
        return 125
    if command == "login" and {"credsStore", "credHelpers"} & set(settings):
        print("Error saving credentials: error storing credentials - err: exit status 1, out: `not implemented`", file=sys.stderr)
        return 1
    if command == "login":
        os.makedirs(folder, exist_ok=True)
        json.dump({**settings, "auths": {rest[-1]: {"auth": typed.strip()}}}, open(file, "w"))
    if command == "push" and rest[-1].partition("/")[0] not in signed_in:
        print("no basic auth credentials", file=sys.stderr)
        return 1
    if command == os.environ.get("RIG_BUILDER_FAILS"):
        print(f"{name}: {command} went wrong", file=sys.stderr)
        return 1
    if command == "build":
        keep(os.path.join(rest[-1], "bundle"), rest[rest.index("--tag") + 1].rpartition(":")[2])
    if command == "push":
        push(rest[-1])
    return 0


def keep(bundle: str, tag: str) -> None:
    if os.path.isdir(bundle):
        from shutil import copytree  # noqa: PLC0415 - as below

        place = os.path.join(os.path.dirname(os.environ["RIG_BUILDER_LOG"]), "built", tag)
        copytree(bundle, place, dirs_exist_ok=True)


def push(reference: str) -> None:
    from hashlib import sha256  # noqa: PLC0415 - most commands need neither
    from urllib.request import urlopen  # noqa: PLC0415

    place, _, tag = reference.rpartition(":")
    registry, _, repository = place.partition("/")
    image = {"mediaType": "application/vnd.oci.image.config.v1+json", "size": 2, "digest": f"sha256:{sha256(tag.encode()).hexdigest()}"}
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": image, "layers": []}
    given = {"repositoryName": repository, "imageTag": tag, "imageManifest": json.dumps(manifest)}
    body = {"service": "ecr", "operation": "put_image", "region": registry.split(".")[3], "given": given}
    urlopen(f"{os.environ['AWS_ENDPOINT_URL']}/_rig/call", json.dumps(body).encode()).close()


if __name__ == "__main__":
    sys.exit(main())
