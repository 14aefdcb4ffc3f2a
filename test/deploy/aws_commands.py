"""Runs commands of the AWS CLI, each in a fork of this process, which has loaded it: that takes longer than most commands.

Listens on the Unix socket that its argument names. A connection is one command: {"args", "env", "cwd"} as a line of JSON, answered by
{"code", "stdout", "stderr"}. It ends when its standard input does.
"""

import json
import os
import select
import signal
import socket
import sys
import tempfile
import traceback

from awscli.clidriver import create_clidriver


def ended_with(args):
    try:
        return create_clidriver().main(args)
    except SystemExit as ending:  # of arguments that it doesn't know
        return ending.code if isinstance(ending.code, int) else 1
    except Exception:
        traceback.print_exc()
        return 1


def answer(connection):
    with connection.makefile("r", encoding="utf-8") as lines:
        command = json.loads(lines.readline())
    data_path = os.environ["AWS_DATA_PATH"]  # set by the CLI as it is loaded
    os.environ.clear()
    os.environ.update(command["env"], AWS_DATA_PATH=data_path)
    os.chdir(command["cwd"])
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        os.dup2(stdout.fileno(), 1)
        os.dup2(stderr.fileno(), 2)
        code = ended_with(command["args"])
        sys.stdout.flush()
        sys.stderr.flush()
        said = {}
        for name, stream in (("stdout", stdout), ("stderr", stderr)):
            stream.seek(0)
            said[name] = stream.read().decode("utf-8", "replace")
    connection.sendall(json.dumps({"code": code, **said}).encode())


def main(path):
    create_clidriver()  # loads its plugins
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen(64)
        print("listening", flush=True)
        while True:
            ready, _, _ = select.select([server, sys.stdin], [], [])
            if sys.stdin in ready:
                return
            connection, _ = server.accept()
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                server.close()
                try:
                    answer(connection)
                finally:
                    os._exit(0)
            connection.close()


main(sys.argv[1])
