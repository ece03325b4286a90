"""A Python that has read what our programs read first, and forks for each: a start costs milliseconds, and is still a process.

Listens at the Unix socket that is its argument, and ends when its input does. A request is a line of JSON:

    program  what would stand behind python3: a script or -c CODE, and its arguments
    env, cwd
    imports  what is read before, once for all programs that come
    stdio    a Unix socket, to which the program's stdin, stdout and stderr connect in this order

It answers {"pid": …}, and when the program has ended {"code": …}, which is negative for a signal.
"""

import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

Request = dict[str, Any]

sys.path.insert(0, str(Path(__file__).parent))  # models.py, also where this is not the program.


def serve(path: str) -> Request | None:
    """Fork for each request. Returns twice and more: a request in each fork, and nothing in the end."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The terminal's, which is for whoever started this.
    running: dict[int, socket.socket] = {}
    with selectors.DefaultSelector() as selector:
        for each in (sys.stdin, woken, listener):
            selector.register(each, selectors.EVENT_READ)
        print("ready", flush=True)
        while True:
            readable = [key.fileobj for key, _ in selector.select()]
            if sys.stdin in readable:
                return None
            if woken in readable:
                os.read(woken, 4096)
                _tell_of_the_ended(running)
            if listener not in readable:
                continue
            asker, _ = listener.accept()
            request: Request = json.loads(asker.makefile().readline())
            _read(request["imports"])
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                signal.signal(signal.SIGINT, signal.default_int_handler)
                for each in (listener, asker, *running.values()):
                    each.close()
                os.close(woken)
                os.close(wake)
                return {**request, "pycache": str(Path(path).with_name("pycache"))}
            running[pid] = asker
            _say(asker, {"pid": pid})


def _tell_of_the_ended(running: dict[int, socket.socket]) -> None:
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        asker = running.pop(pid)
        _say(asker, {"code": os.waitstatus_to_exitcode(status)})
        asker.close()


def _say(asker: socket.socket, what: object) -> None:
    try:
        asker.sendall(f"{json.dumps(what)}\n".encode())
    except OSError:
        pass  # Whoever asked has gone.


def _read(modules: list[str]) -> None:
    new = [name for name in modules if name not in sys.modules]
    for name in new:
        importlib.import_module(name)
    if new:
        gc.collect()
        gc.freeze()  # The forks share what is not looked at.


def be(request: Request) -> None:
    """In a fork: what python3 is with this program."""
    for descriptor in range(3):
        with socket.socket(socket.AF_UNIX) as stream:
            stream.connect(request["stdio"])
            os.dup2(stream.fileno(), descriptor)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    sys.path[:0] = [place for place in os.environ.get("PYTHONPATH", "").split(os.pathsep) if place]
    # Compiled once for all, and not into the clone.
    sys.pycache_prefix = request["pycache"]
    try:
        _run(*request["program"])
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # Without taking everything apart that was read, which takes longer than most programs.


def _run(first: str, *rest: str) -> None:
    if first == "-c":
        sys.argv = ["-c", *rest[1:]]
        exec(compile(rest[0], "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102 - as python3 does
        return
    sys.argv = [first, *rest]
    sys.path.insert(0, str(Path(first).resolve().parent))
    runpy.run_path(first, run_name="__main__")


if __name__ == "__main__":
    asked = serve(sys.argv[1])
    if asked:
        be(asked)
