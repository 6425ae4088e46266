"""A device that cannot start normally starts safely, says why, and offers the configuration that was good."""

import json
from pathlib import Path

import httpx
import pytest

from tests.firmware.folder import Folder, get
from tests.http.client import wait_until

ON_DEVICE = Path(__file__).parent / "on_device"
HANGS = "print('HANGING')\nwhile True: pass"
REASON = "safe mode: 5 starts in a row failed before they served"


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ("h", "normal, file 1"),
        ("h h h h h", "normal, normal, normal, normal, normal, file 5"),
        ("h h h h h h", "normal, normal, normal, normal, normal, safe, file S"),
        ("h h h h ok h", "normal, normal, normal, normal, normal, file 1"),
        ("h h h h ^C h", "normal, normal, normal, normal, normal, file 1"),
        ("h ok", "normal, no file"),
        ("s s s s s s s", "normal, normal, normal, normal, normal, normal, normal, no file"),
        ("h h h h h h s ^C s", "normal, normal, normal, normal, normal, safe, safe, safe, file S"),
        ("h h h h h h h h", "normal, normal, normal, normal, normal, safe, normal, safe, file S"),
        ("h h h h h h h ok", "normal, normal, normal, normal, normal, safe, normal, no file"),
    ],
)
def test_starts_are_counted(runtime, tmp_path, events, said):
    output = runtime.run(ON_DEVICE / "start_cases.py", [tmp_path / ".starts", *events.split()])
    assert ", ".join(output.split("\n")[:-1]) == said


@pytest.mark.parametrize("content", [b"", b"x", b"17", b"-1", b"\xff\xfe\xff", b"5" * 1000, "²".encode()])
def test_a_damaged_count_is_none(runtime, tmp_path, content):
    (tmp_path / ".starts").write_bytes(content)
    assert runtime.run(ON_DEVICE / "start_cases.py", [tmp_path / ".starts", "h"]).split() == ["normal", "file", "1"]


def test_a_count_that_cannot_be_written_hinders_nobody(runtime, tmp_path):
    path = tmp_path / "absent" / ".starts"
    assert runtime.run(ON_DEVICE / "start_cases.py", [path, *"hhhhhhh"]).split() == ["normal"] * 7 + ["no", "file"]


@pytest.fixture
def folder(tmp_path):
    """A device's folder that is served on a port of its own, in safe mode too: the default one may need root."""
    return Folder(tmp_path)


def start(runtime, folder):
    """Start the device on `runtime`; to serve for a second is enough."""
    return runtime.start_command([ON_DEVICE / "short_start.py"], cwd=folder.path, env={"SAFE_PORT": str(folder.port)})


def fail(runtime, folder, times):
    """Start a device whose app hangs, and switch it off, so many times."""
    folder.write("app.py", HANGS)
    for _ in range(times):
        with start(runtime, folder) as process:
            process.wait_for("HANGING")


def test_five_failed_starts_bring_up_the_safe_mode(runtime, folder):
    fail(runtime, folder, 5)
    with start(runtime, folder) as process:
        page = get(process)
        said = process.output()
        status = httpx.get(page.url.join("/api/status")).json()
        wait_until(lambda: httpx.get(page.url.join("/api/status")).json()["uptimeSec"] > 3, "it has served long", 60)
    assert (folder.path / ".starts").read_text() == "S", "to serve safely is no success"
    assert not (folder.path / "config.json.bak").exists()
    assert page.status_code == 200
    assert f"<p>{REASON}.</p>" in page.text
    assert "last good one" not in page.text
    assert f"WARNING {REASON}" in said
    assert "HANGING" not in said
    assert status["problems"] == [REASON]
    assert status["hostname"] == "mws2"


def test_the_safe_mode_asks_for_the_users_of_the_configuration(runtime, folder):
    """It takes the defaults for all else, and must not open what was shut."""
    folder.configure(users=[{"name": "admin"}])
    (folder.path / ".starts").write_text("5")
    with start(runtime, folder) as process:
        page = get(process)
        assert page.status_code == 401
        assert httpx.get(page.url.join("api/status")).status_code == 401
        assert httpx.post(page.url.join("safe-mode/start")).status_code == 401
        assert REASON in process.output()


def test_to_serve_for_a_moment_is_no_success(runtime, folder):
    """It takes ten seconds: an app may hang or run out of memory a little later."""
    with folder.start(runtime) as process:
        status = get(process, "api/status")
        wait_until(lambda: httpx.get(status.url).json()["uptimeSec"] > 3, "it has served a little", 60)
        assert (folder.path / ".starts").read_text() == "1"


def test_an_app_that_goes_elsewhere_has_not_failed(runtime, folder):
    """What config.json names and what the firmware keeps lie in the device's folder."""
    folder.write("app.py", "import os", "os.chdir('webroot')")
    with start(runtime, folder) as process:
        assert get(process).text == "<p>welcome</p>"
        wait_until(lambda: not (folder.path / ".starts").exists(), "the start has succeeded", 60)
        wait_until((folder.path / "config.json.bak").exists, "the configuration has served", 60)


def test_four_failed_starts_do_not(runtime, folder):
    fail(runtime, folder, 4)
    folder.write("app.py", "print('RUNS')")
    with start(runtime, folder) as process:
        assert get(process).text == "<p>welcome</p>"
        assert "RUNS" in process.output()
        wait_until(lambda: not (folder.path / ".starts").exists(), "the start has succeeded", 60)


def test_the_safe_mode_starts_again_normally(runtime, folder):
    fail(runtime, folder, 5)
    with start(runtime, folder) as process:
        page = get(process)
        folder.write("app.py", "print('REPAIRED')")
        for origin in ("http://elsewhere.example", "null", f"{page.url.scheme}://{page.url.host}"):
            for way in ("start", "restore"):
                answer = httpx.post(page.url.join("/safe-mode/" + way), headers={"Origin": origin})
                assert answer.status_code == 403, "another site's page"
        own = {"Origin": f"{page.url.scheme}://{page.url.host}:{page.url.port}"}
        answer = httpx.post(page.url.join("/safe-mode/start"), headers=own)
        assert "The device starts again" in answer.text
        assert process.wait_end(30) == 0
    with start(runtime, folder) as process:
        assert get(process).text == "<p>welcome</p>"
        assert "REPAIRED" in process.output()
        wait_until(lambda: not (folder.path / ".starts").exists(), "the start has succeeded", 60)


def test_one_more_failure_brings_the_safe_mode_back(runtime, folder):
    fail(runtime, folder, 5)
    with start(runtime, folder) as process:
        get(process)
    fail(runtime, folder, 1)
    with start(runtime, folder) as process:
        assert REASON in get(process).text


def test_the_last_good_configuration_is_offered_back(runtime, folder):
    folder.configure(hostname="good")
    good = (folder.path / "config.json").read_bytes()
    with start(runtime, folder) as process:
        get(process)
        wait_until((folder.path / "config.json.bak").exists, "the configuration has served", 60)
    assert (folder.path / "config.json.bak").read_bytes() == good
    folder.configure(hostname="bad")
    bad = (folder.path / "config.json").read_bytes()
    fail(runtime, folder, 5)
    with start(runtime, folder) as process:
        page = get(process)
        assert "Put the last good one back and start" in page.text
        assert httpx.post(page.url.join("/safe-mode/restore")).status_code == 200
        assert process.wait_end(30) == 0
    assert (folder.path / "config.json").read_bytes() == good
    assert (folder.path / "config.json.bad").read_bytes() == bad
    assert not (folder.path / ".starts").exists()
    folder.write("app.py", "")
    with start(runtime, folder) as process:
        assert get(process, "api/status").json()["hostname"] == "good"


def test_without_a_good_configuration_none_is_put_back(runtime, folder):
    before = (folder.path / "config.json").read_bytes()
    fail(runtime, folder, 5)
    with start(runtime, folder) as process:
        page = get(process)
        assert httpx.post(page.url.join("/safe-mode/restore")).status_code == 500
        process.wait_for("ERROR   safe mode: the last good configuration was not put back")
    assert (folder.path / "config.json").read_bytes() == before


def test_a_configuration_changed_while_it_starts_is_not_the_good_one(runtime, folder):
    folder.write("app.py", "import time", "time.sleep(1)")
    with start(runtime, folder) as process:
        wait_until((folder.path / ".starts").exists, "it starts", 60)
        (folder.path / "config.json").write_text(json.dumps({"hostname": "untested"}))
        get(process)
        wait_until(lambda: not (folder.path / ".starts").exists(), "the start has succeeded", 60)
    assert not (folder.path / "config.json.bak").exists()


def test_ctrl_c_is_no_failure(runtime, folder):
    for _ in range(6):
        with start(runtime, folder) as process:
            get(process)
            process.interrupt()
            assert process.wait_end() == 0
    with start(runtime, folder) as process:
        assert get(process).text == "<p>welcome</p>"
