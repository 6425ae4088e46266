"""app.js run by V8 against a page, a clock and a board that are all made up here: no browser, no waiting."""

import json
import re
from pathlib import Path

import pytest
from py_mini_racer import MiniRacer

WEBROOT = Path(__file__).resolve().parents[2] / "webroot"
STATUS = {
    "server": "MicroWebSrv2",
    "version": "2.1.0",
    "board": "UNIX",
    "runtime": "MicroPython 1.25.0",
    "uptimeSec": 187,
    "memFree": 81920,
    "memTotal": 163840,
    "hostname": "mws2",
}
POLL_SEC = 3

# The browser as app.js sees it. Each eval ends with the promises' callbacks run, so fireNext() runs one timer an eval.
BROWSER = """
const clock = {now: 1700000000000, timers: new Map(), id: 0};
Date.now = () => clock.now;
function addTimer(run, ms, every) {
  clock.timers.set(++clock.id, {at: clock.now + ms, run, every});
  return clock.id;
}
globalThis.setTimeout = (run, ms) => addTimer(run, ms, 0);
globalThis.setInterval = (run, ms) => addTimer(run, ms, ms);
globalThis.clearTimeout = id => clock.timers.delete(id);
function fireNext(until) {
  const due = [...clock.timers].filter(([, t]) => t.at <= until).sort((a, b) => a[1].at - b[1].at)[0];
  if (!due) { clock.now = until; return false; }
  const [id, timer] = due;
  clock.now = timer.at;
  if (timer.every) timer.at += timer.every; else clock.timers.delete(id);
  timer.run();
  return true;
}
const element = () => ({textContent: '', dataset: {}, style: {}, attributes: {},
                        setAttribute(name, value) { this.attributes[name] = value; }});
const elements = Object.fromEntries(IDS.map(id => [id, element()]));
const listeners = {};
const document = {hidden: false, title: '', getElementById: id => elements[id] || null,
                  addEventListener: (type, run) => { listeners[type] = run; }};
class AbortController {
  constructor() { this.signal = {aborted: false, calls: []}; }
  abort() { this.signal.aborted = true; this.signal.calls.forEach(call => call()); }
}
const board = {answer: null, asked: [], open: 0, mostOpen: 0};
function fetch(path, options) {
  board.asked.push([path, clock.now]);
  board.mostOpen = Math.max(board.mostOpen, ++board.open);
  const answer = board.answer;
  return new Promise((resolve, reject) => {
    let held = true;   // the connection, until the body is read or the request given up
    const letGo = () => { if (held) board.open--; held = false; };
    options.signal.calls.push(() => { letGo(); reject(new Error('aborted')); });
    if (answer === 'silent') return;
    if (answer === 'away') { letGo(); return reject(new TypeError('Failed to fetch')); }
    const json = async () => { letGo(); return JSON.parse(answer.body); };
    resolve({ok: answer.status === 200, status: answer.status, json});
  });
}
"""


class Browser:
    """A page with the elements of index.html, on a clock that moves when told, asking a board that answers as told."""

    def __init__(self, answer):
        ids = re.findall(r'\bid="([^"]+)"', (WEBROOT / "index.html").read_text(encoding="utf-8"))
        self._engine = MiniRacer()
        self._engine.eval(f"const IDS = {json.dumps(ids)};{BROWSER}")
        self.answer(answer)
        self._engine.eval((WEBROOT / "app.js").read_text(encoding="utf-8"))

    def value(self, expression):
        """Return the value of a JavaScript expression that JSON can carry."""
        return json.loads(self._engine.eval(f"JSON.stringify({expression})"))

    def answer(self, answer):
        """Let the board answer so from now on: a status object, (code, body), "away" or "silent"."""
        if isinstance(answer, dict):
            answer = (200, json.dumps(answer))
        if isinstance(answer, tuple):
            answer = {"status": answer[0], "body": answer[1]}
        self._engine.eval(f"board.answer = {json.dumps(answer)};")

    def pass_time(self, seconds):
        """Let the clock run for that many seconds, firing each timer at its moment."""
        until = self.value("clock.now") + 1000 * seconds
        while self._engine.eval(f"fireNext({until})"):
            pass

    def hide(self, hidden):
        """Put the tab into the background or bring it back."""
        self._engine.eval(f"document.hidden = {json.dumps(hidden)}; listeners.visibilitychange();")

    def text(self, name):
        """Return the text of the element with that id."""
        return self.value(f"elements[{name!r}].textContent")

    @property
    def state(self):
        """The state by which style.css paints the panel."""
        return self.value("elements.live.dataset.state")

    @property
    def asked(self):
        """The moments of the requests so far, in milliseconds."""
        assert {path for path, _ in self.value("board.asked")} == {"/api/status"}
        return [moment for _, moment in self.value("board.asked")]

    @property
    def gaps(self):
        """The times between one request and the next, in milliseconds."""
        asked = self.asked
        return [asked[i + 1] - asked[i] for i in range(len(asked) - 1)]


def test_the_figures_are_shown():
    browser = Browser(STATUS)
    expected = {
        "hostname": "mws2",
        "board": "UNIX",
        "runtime": "MicroPython 1.25.0",
        "version": "2.1.0",
        "uptime": "0:03:07",
        "memory": "80 KB of 160 KB",
        "note": "",
    }
    assert {name: browser.text(name) for name in expected} == expected
    assert browser.state == "live" and browser.text("state") == "Live"
    assert browser.value("document.title") == "mws2 · MicroWebSrv2"


def test_until_the_first_answer_it_is_connecting():
    browser = Browser("silent")
    assert browser.state == "wait" and browser.text("state") == "Connecting…"
    browser.answer(STATUS)
    browser.pass_time(30)
    assert browser.state == "live"


def test_what_the_board_does_not_know_is_said_so():
    browser = Browser(dict.fromkeys(STATUS))
    assert browser.state == "live"
    assert [browser.text(name) for name in ("board", "runtime", "version", "uptime")] == ["–"] * 4
    assert browser.text("hostname") == "your board" and browser.text("memory") == "not reported"
    assert browser.value("elements.chart.style.display") == "none"


def test_memory_without_a_total_and_in_megabytes():
    assert Browser({**STATUS, "memTotal": None}).text("memory") == "80 KB"
    assert Browser({**STATUS, "memFree": 4 << 20, "memTotal": 8 << 20}).text("memory") == "4.0 MB of 8.0 MB"
    assert Browser({**STATUS, "memFree": 0}).text("memory") == "0 KB of 160 KB"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0:00:00"),
        (3599, "0:59:59"),
        (86399, "23:59:59"),
        (86400, "1 d 0:00:00"),
        (40 * 86400 + 3661, "40 d 1:01:01"),
    ],
)
def test_the_uptime_reads_well(seconds, text):
    assert Browser({**STATUS, "uptimeSec": seconds}).text("uptime") == text


def test_the_uptime_runs_on_between_two_answers():
    browser = Browser(STATUS)
    browser.pass_time(2)
    assert len(browser.asked) == 1 and browser.text("uptime") == "0:03:09"


def test_polling_is_gentle():
    browser = Browser(STATUS)
    browser.pass_time(60)
    assert set(browser.gaps) == {1000 * POLL_SEC}
    assert browser.value("board.mostOpen") == 1


def test_a_hidden_tab_asks_nothing_and_a_shown_one_at_once():
    browser = Browser(STATUS)
    browser.hide(True)
    browser.pass_time(600)
    assert len(browser.asked) == 1
    browser.hide(False)
    assert len(browser.asked) == 2
    browser.pass_time(POLL_SEC)
    assert len(browser.asked) == 3


def test_hiding_and_showing_never_doubles_the_polling():
    browser = Browser("silent")
    for hidden in (True, False, True, False):
        browser.hide(hidden)
    browser.answer(STATUS)
    browser.pass_time(30)
    assert browser.value("board.mostOpen") == 1
    assert min(browser.gaps) >= 1000 * POLL_SEC


def test_switching_tabs_does_not_speed_up_the_polling():
    browser = Browser(STATUS)
    for hidden in (True, False, True, False):
        browser.hide(hidden)
    shown = len(browser.asked)
    browser.pass_time(30)
    assert len(browser.asked) == shown + 30 // POLL_SEC


def test_single_missed_answers_do_not_add_up():
    browser = Browser(STATUS)
    for answer in ("away", STATUS) * 4:
        browser.answer(answer)
        browser.pass_time(POLL_SEC)
        assert browser.state == "live"


@pytest.mark.parametrize("trouble", ["away", (503, ""), (503, "{}"), (200, "<html>"), (200, "null")])
def test_a_board_that_is_away_is_told_and_comes_back(trouble):
    browser = Browser(STATUS)
    browser.answer(trouble)
    browser.pass_time(POLL_SEC)
    assert browser.state == "live", "one missed answer is no news"
    browser.pass_time(POLL_SEC)
    assert browser.state == "away" and browser.text("state") == "No answer"
    assert "does not answer" in browser.text("note")
    assert browser.text("memory") == "80 KB of 160 KB", "the last known figures stay"
    stopped = browser.text("uptime")
    browser.pass_time(300)
    assert browser.text("uptime") == stopped
    browser.answer(STATUS)
    browser.pass_time(15)
    assert browser.state == "live" and "does not answer" not in browser.text("note")


def test_a_board_away_for_long_is_asked_less():
    browser = Browser("away")
    browser.pass_time(600)
    assert browser.gaps[-1] == 15000


def test_a_silent_board_is_given_up_and_never_asked_twice_at_a_time():
    browser = Browser("silent")
    browser.pass_time(7)
    assert len(browser.asked) == 1
    browser.pass_time(60)
    assert browser.state == "away" and browser.value("board.mostOpen") == 1 and len(browser.asked) > 3


def test_a_missing_route_is_told_and_asked_for_rarely():
    browser = Browser((404, ""))
    assert browser.state == "off" and "/api/status" in browser.text("note")
    browser.pass_time(60)
    assert len(browser.asked) == 5 and browser.value("board.mostOpen") == 1
    browser.answer(STATUS)
    browser.pass_time(15)
    assert browser.state == "live" and browser.text("note") == ""


def test_a_restart_is_noted_for_a_minute():
    browser = Browser({**STATUS, "uptimeSec": 5000})
    browser.answer({**STATUS, "uptimeSec": 2})
    browser.pass_time(POLL_SEC)
    assert browser.text("note") == "The board has just restarted."
    browser.answer({**STATUS, "uptimeSec": 61})
    browser.pass_time(POLL_SEC)
    assert browser.text("note") == ""


def test_a_problem_of_the_start_is_shown():
    browser = Browser({**STATUS, "problems": ['app: "app" failed (ZeroDivisionError: divide by zero)', "another"]})
    assert browser.text("note") == 'app: "app" failed (ZeroDivisionError: divide by zero)'
    browser.answer({**STATUS, "problems": []})
    browser.pass_time(POLL_SEC)
    assert browser.text("note") == ""


def test_the_chart_holds_three_minutes_scaled_to_the_whole_heap():
    browser = Browser(STATUS)
    assert browser.value("elements.samples.attributes.d") == "M59.5 20V10"
    browser.pass_time(POLL_SEC * 100)
    bars = re.findall(r"M(-?[\d.]+) 20V([\d.]+)", browser.value("elements.samples.attributes.d"))
    assert [float(x) for x, _ in bars] == [slot + 0.5 for slot in range(60)]
    assert {y for _, y in bars} == {"10"}
