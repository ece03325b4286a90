#!/bin/sh
# Runs a command in the file system of an image: enter.sh ROOT FOLDER-FOR-/mnt WORKING-DIRECTORY COMMAND...
# It wants a mount namespace of its own. The user is Lambda's, as people have found it: uid 993, gid 990.
set -eu
root=$1 mnt=$2 directory=$3
shift 3
path=$PATH
PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
[ -z "$mnt" ] || mount --bind "$mnt" "$root/mnt"
[ -z "$mnt" ] || mount -o remount,bind,ro "$root/mnt"
mount -o remount,bind,ro "$root"
# Killed with whoever started it, which a change of user would undo; a frozen process cannot see that its parent is gone.
exec env PATH="$path" /usr/bin/unshare --root="$root" --wd="$directory" \
  /usr/bin/setpriv --reuid=993 --regid=990 --clear-groups --no-new-privs --pdeathsig=KILL "$@"
