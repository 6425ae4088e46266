"""Builds a board's firmware in a container, or flashes it from one, with Docker, Podman or Buildah.

The image has the toolchain alone; the repository is mounted into it, and the container runs as the user outside of it:
dist/ is filled as by a build without it. What a container makes beside that lies in build/container/STAGE.
"""

import argparse
import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass

from tools import boards
from tools.failure import ToolError
from tools.paths import BUILD, ROOT

ENGINES = ("docker", "podman", "buildah")
STAGES = {"esp32": "esp32", "stm32": "stm32"}  # by port; the others need the compilers alone
INSIDE = "/repository"
CONTAINER = "microwebsrv2-build"  # Buildah's working container has a name, which no other one of this user may have

# What a proxy needs, to be known inside as it is outside.
PASSED_ON = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


@dataclass(frozen=True)
class Job:
    """What runs in a container: `stage` of the Dockerfile, `command` (a list), `devices` to be passed (paths).

    `more`: options for the engine (a list), before all others.
    """

    stage: str
    command: tuple
    devices: tuple = ()
    more: tuple = ()

    @property
    def image(self):
        """The name of the image."""
        return f"localhost/microwebsrv2-{self.stage}"

    @property
    def build_folder(self):
        """Where build/ lies on this machine: each stage's has other tools in it."""
        return BUILD / "container" / self.stage


def stage_of(board):
    """The stage of the Dockerfile that builds a Board."""
    return STAGES.get(board.port, "compilers")


def inner_command(stage, words):
    """The command `words` as it is given to a container of a stage: ESP-IDF has to be activated before it."""
    if stage != "esp32":
        return tuple(words)
    return ("bash", "-c", '. "$IDF_PATH/export.sh" > /dev/null && exec "$@"', "build", *words)


def image_command(engine, job, arguments=()):
    """The command that makes the job's image. `arguments`: NAME=value for the Dockerfile's ARGs."""
    command = [engine, "build", *job.more]
    # The others keep by themselves what is made once.
    command += ["--layers"] if engine == "buildah" else []
    command += ["--target", job.stage, "--tag", job.image]
    command += [word for argument in arguments for word in ("--build-arg", argument)]
    return [*command, "--file", str(ROOT / "Dockerfile"), str(ROOT)]


def run_commands(engine, job, user, environ=os.environ):
    """The commands that run the job, a list of lists: all are run, in their order, until one fails but the last.

    `user`: (uid, gid) of whoever shall own what comes out.
    """
    options = ["--user", "{}:{}".format(*user)]
    options += ["--volume", f"{ROOT}:{INSIDE}", "--volume", f"{job.build_folder}:{INSIDE}/build"]
    variables = {"HOME": "/tmp", **{name: environ[name] for name in PASSED_ON if name in environ}}
    options += [word for name, value in variables.items() for word in ("--env", f"{name}={value}")]
    devices = [word for path in job.devices for word in ("--device", path)]
    if engine == "buildah":
        return [
            ["buildah", "from", "--name", CONTAINER, *devices, job.image],
            ["buildah", "run", *job.more, *options, "--workingdir", INSIDE, CONTAINER, "--", *job.command],
            ["buildah", "rm", CONTAINER],
        ]
    if engine == "podman":
        # Without root the user inside is another one outside, unless told; SELinux would hide the repository.
        options += ["--userns", "keep-id", "--security-opt", "label=disable"]
        options += ["--group-add", "keep-groups"] if devices else []
    elif devices:
        options += [word for path in job.devices for word in ("--group-add", str(os.stat(path).st_gid))]
    return [[engine, "run", "--rm", *job.more, *options, *devices, "--workdir", INSIDE, job.image, *job.command]]


def build_job(board, more=()):
    """The Job that builds a Board's firmware."""
    stage = stage_of(board)
    return Job(stage, inner_command(stage, ["make", "firmware", f"BOARD={board.name}"]), more=tuple(more))


def flash_job(board, port, more=()):
    """The Job that flashes a Board over `port`: a serial device, or an address; None for a board in its boot loader."""
    words = ["make", "flash", f"BOARD={board.name}"] + ([f"PORT={port}"] if port else [])
    devices = ()
    if port and port.startswith("/dev/"):
        devices = (port,)
    elif board.flash.method == "dfu":
        devices = ("/dev/bus/usb",)
    elif not port:
        raise ToolError(f"{board.name}: a container sees no board unless its port is named, as PORT=/dev/ttyUSB0.")
    return Job("compilers", tuple(words), devices, tuple(more))


def find_engine(given=None):
    """The engine to use: the one given, else the first that is there and works. Raises ToolError if there is none."""
    if given:
        if given not in ENGINES:
            raise ToolError(f"ENGINE: expected {', '.join(ENGINES)}, got {given!r}.")
        return given
    for engine in ENGINES:
        if shutil.which(engine) and not subprocess.run([engine, "info"], capture_output=True, check=False).returncode:
            return engine
    names = ", ".join(ENGINES)
    raise ToolError(f"none of {names} is there and works for this user. One is:\n\n    sudo apt-get install podman")


def run(job, engine, arguments=()):
    """Make the job's image and run the job. Raises ToolError when one of the commands fails."""
    for part in ("build", "dist"):
        (ROOT / part).mkdir(exist_ok=True)
    job.build_folder.mkdir(parents=True, exist_ok=True)
    _call(image_command(engine, job, arguments))
    *commands, last = run_commands(engine, job, (os.getuid(), os.getgid()))
    try:
        for command in commands:
            _call(command)
    finally:
        _call(last)


def _call(command):
    print(f"+ {shlex.join(command)}", flush=True)
    try:
        status = subprocess.run(command, check=False).returncode
    except OSError as error:
        raise ToolError(f"cannot run {command[0]}: {error.strerror}") from None
    if status:
        raise ToolError(f"{command[0]} {command[1]} failed with exit status {status}; what it said is above.")


def main(arguments):
    """The verb `docker`."""
    parser = argparse.ArgumentParser(prog="python3 -m tools docker", description=__doc__.split("\n")[0])
    parser.add_argument("action", choices=("firmware", "flash"))
    parser.add_argument("--board", default="UNIX", help="a board or a variant (default: %(default)s)")
    parser.add_argument("--port", help="for flash: the serial device or the board's address")
    parser.add_argument("--engine", help="docker, podman or buildah (default: the first that works)")
    parser.add_argument("--build-arg", action="append", default=[], help="NAME=value for the Dockerfile (repeatable)")
    parser.add_argument("--more", default="", help='options for the engine\'s build and run: --more="--network host"')
    options = parser.parse_args(arguments)
    board = boards.load(options.board)
    more = shlex.split(options.more)
    job = build_job(board, more) if options.action == "firmware" else flash_job(board, options.port, more)
    run(job, find_engine(options.engine), options.build_arg)
