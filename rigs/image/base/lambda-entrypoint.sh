#!/bin/sh
# Starts the runtime for the handler that CMD names. The real one starts an emulator first where there is no Runtime API.
if [ $# -ne 1 ]; then
  echo "entrypoint requires the handler name to be the first argument" 1>&2
  exit 142
fi
export _HANDLER="$1"
exec /var/runtime/bootstrap
