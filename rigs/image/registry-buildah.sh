#!/bin/sh
# buildah as a person has it, on this machine: images stay in the rig's storage (RIG_STORAGE), and ECR's name (RIG_ECR), which no DNS
# knows here, means the registry at RIG_REGISTRY.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export BUILDAH_ISOLATION=chroot
command=$1
shift
# What push is signed in to, too.
if [ "${1:-}" = --authfile ]; then sed -i "s|$RIG_ECR|$RIG_REGISTRY|g" "$2"; fi
for argument in "$@"; do
  shift
  set -- "$@" "$(printf %s "$argument" | sed "s|$RIG_ECR|$RIG_REGISTRY|g")"
done
case $command in
  --version) exec buildah --version ;;
  build) set -- --pull-never "$@" ;;
  login | push) set -- --tls-verify=false "$@" ;;
esac
exec buildah --root "$RIG_STORAGE/storage" --runroot "$RIG_STORAGE/run" "$command" "$@"
