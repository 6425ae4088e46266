"""Building in a container: the command lines for each engine, the Dockerfile, and a run with a stand-in for Docker."""

import os
import re
import subprocess
import sys

import pytest

from tools import boards, docker
from tools.failure import ToolError
from tools.micropython import COMMIT, VERSION
from tools.paths import BUILD, ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()
USER = (1000, 1001)
ENV = {"https_proxy": "http://proxy:3128", "SECRET": "kept outside"}
PYBOARD = docker.build_job(boards.load("PYBV11"))
BUILT = f"{BUILD}/container/stm32:/repository/build"


def test_every_board_has_a_stage_of_the_dockerfile():
    stages = re.findall(r"^FROM \S+ AS (\S+)$", DOCKERFILE, re.MULTILINE)
    assert {docker.stage_of(board) for board in boards.load_all()} == set(stages) - {"source"}
    assert set(re.findall(r"--from=(\S+)", DOCKERFILE)) <= set(stages)


def test_the_dockerfile_takes_the_pinned_source_with_all_submodules():
    assert f"ARG MICROPYTHON_TAG=v{VERSION}\nARG MICROPYTHON_COMMIT={COMMIT}\n" in DOCKERFILE
    fetched = set(re.search(r"submodule update --init --depth 1 \\\n(.*)", DOCKERFILE)[1].split())
    assert fetched == {name for board in boards.load_all() for name in board.submodules}


def test_nothing_in_the_dockerfile_moves():
    bases = re.findall(r"^ARG \w+=(docker\.io/\S+)$", DOCKERFILE, re.MULTILINE)
    assert bases == ["docker.io/library/debian:trixie-slim", "docker.io/espressif/idf:v5.2.2"]
    assert "COPY ." not in DOCKERFILE and "ADD" not in DOCKERFILE, "the repository is mounted"
    assert (ROOT / ".dockerignore").read_text() == "*\n"


def test_what_the_dockerfile_runs_is_a_shells_language():
    scripts = re.findall(r"^RUN ((?:.*\\\n)*.*)$", DOCKERFILE, re.MULTILINE)
    assert len(scripts) == DOCKERFILE.count("\nRUN ")
    for script in scripts:
        subprocess.run(["sh", "-n", "-c", script], check=True)


@pytest.mark.parametrize("engine", docker.ENGINES)
def test_the_image_is_built(engine):
    kept = ["--layers"] if engine == "buildah" else []
    assert docker.image_command(engine, PYBOARD, ["DEBIAN=local/debian"]) == [
        engine, "build", *kept, "--target", "stm32", "--tag", "localhost/microwebsrv2-stm32",
        "--build-arg", "DEBIAN=local/debian", "--file", f"{ROOT}/Dockerfile", str(ROOT),
    ]  # fmt: skip


def test_docker_runs_as_the_user_outside():
    assert docker.run_commands("docker", PYBOARD, USER, ENV) == [
        [
            "docker", "run", "--rm", "--user", "1000:1001", "--volume", f"{ROOT}:/repository", "--volume", BUILT,
            "--env", "HOME=/tmp", "--env", "https_proxy=http://proxy:3128", "--workdir", "/repository",
            "localhost/microwebsrv2-stm32", "make", "firmware", "BOARD=PYBV11",
        ]
    ]  # fmt: skip


def test_podman_keeps_the_users_number():
    (command,) = docker.run_commands("podman", PYBOARD, USER, {})
    assert command[:5] == ["podman", "run", "--rm", "--user", "1000:1001"]
    assert command[11:15] == ["--userns", "keep-id", "--security-opt", "label=disable"]


def test_buildah_runs_in_a_container_that_it_removes():
    made, run, removed = docker.run_commands("buildah", PYBOARD, USER, {})
    assert made == ["buildah", "from", "--name", "microwebsrv2-build", "localhost/microwebsrv2-stm32"]
    assert run == [
        "buildah", "run", "--user", "1000:1001", "--volume", f"{ROOT}:/repository", "--volume", BUILT,
        "--env", "HOME=/tmp", "--workingdir", "/repository", "microwebsrv2-build", "--",
        "make", "firmware", "BOARD=PYBV11",
    ]  # fmt: skip
    assert removed == ["buildah", "rm", "microwebsrv2-build"]


def test_more_options_come_first():
    job = docker.build_job(boards.load("UNIX"), ["--isolation", "chroot"])
    assert docker.image_command("buildah", job)[:4] == ["buildah", "build", "--isolation", "chroot"]
    assert docker.run_commands("buildah", job, USER, {})[1][:4] == ["buildah", "run", "--isolation", "chroot"]


def test_esp_idf_is_activated_before_the_build():
    job = docker.build_job(boards.load("WIPY3-OTA"))
    assert job.stage == "esp32"
    program, option, script, *words = job.command
    assert (program, option) == ("bash", "-c")
    assert words == ["build", "make", "firmware", "BOARD=WIPY3-OTA"]
    told = subprocess.run(
        ["bash", "-c", script, "build", "echo", "a b", "c"],
        env={"IDF_PATH": "/dev/null/..", "PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode != 0, "a build without ESP-IDF went on"


def test_esp_idf_hands_the_words_on(tmp_path):
    (tmp_path / "export.sh").write_text("echo noise\nexport FROM_IDF=yes\n")
    _, _, script = docker.inner_command("esp32", [])[:3]
    command = ["bash", "-c", script, "build", "sh", "-c", 'echo "$FROM_IDF $1"', "sh", "a b"]
    assert subprocess.check_output(command, env={**os.environ, "IDF_PATH": str(tmp_path)}, text=True) == "yes a b\n"


def test_the_serial_device_is_passed():
    job = docker.flash_job(boards.load("ESP32_GENERIC"), "/dev/null")
    (command,) = docker.run_commands("docker", job, USER, {})
    assert command[-3:] == ["flash", "BOARD=ESP32_GENERIC", "PORT=/dev/null"]
    assert " --device /dev/null " in " ".join(command)
    assert f" --group-add {os.stat('/dev/null').st_gid} " in " ".join(command)
    (command,) = docker.run_commands("podman", job, USER, {})
    assert " --group-add keep-groups --device /dev/null " in " ".join(command)
    assert docker.run_commands("buildah", job, USER, {})[0][4:6] == ["--device", "/dev/null"]


def test_what_is_passed_for_other_ways_of_flashing():
    assert docker.flash_job(boards.load("PYBV11"), None).devices == ("/dev/bus/usb",)
    assert docker.flash_job(boards.load("WIPY"), "192.168.1.1").devices == ()
    with pytest.raises(ToolError, match="Name|named, as PORT="):
        docker.flash_job(boards.load("ESP32_GENERIC"), None)


@pytest.fixture
def engine(tmp_path, monkeypatch):
    """A stand-in for Docker in front of the path: writes down how it is called, fails on the word FAIL-WORD."""
    log = tmp_path / "log"
    program = tmp_path / "docker"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nopen({str(log)!r}, 'a').write(' '.join(sys.argv[1:]) + '\\n')\n"
        "sys.exit('FAIL-WORD' in sys.argv)\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return lambda: log.read_text().splitlines()


def test_the_verb_builds_the_image_and_runs_it(engine, capsys):
    docker.main(["firmware", "--board", "UNIX"])
    info, build, run = engine()
    assert info == "info"
    assert build.startswith("build --target compilers ")
    assert run.startswith(f"run --rm --user {os.getuid()}:{os.getgid()} ") and run.endswith("make firmware BOARD=UNIX")
    assert (BUILD / "container/compilers").is_dir()
    assert "+ docker build" in capsys.readouterr().out


def test_a_failing_engine_is_told(engine):
    with pytest.raises(ToolError, match="docker build failed with exit status 1"):
        docker.main(["firmware", "--engine", "docker", "--more", "FAIL-WORD"])


def test_no_engine_is_told(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ToolError, match="none of docker, podman, buildah is there and works"):
        docker.find_engine()
    with pytest.raises(ToolError, match="ENGINE: expected docker, podman, buildah, got 'rkt'"):
        docker.find_engine("rkt")


def test_it_runs_on_a_machine_without_the_virtual_environment():
    program = "import sys; sys.modules['jsonschema'] = None; from tools import docker; docker.main(['firmware', '-h'])"
    told = subprocess.check_output([sys.executable, "-c", program], cwd=ROOT, text=True)
    assert "the serial device" in told
    program = "import sys; sys.modules['jsonschema'] = None; from tools import boards; print(boards.load('UNIX').port)"
    assert subprocess.check_output([sys.executable, "-c", program], cwd=ROOT, text=True) == "unix\n"
