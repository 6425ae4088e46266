// Keeps the figures of the welcome page live by asking GET /api/status, one request at a time.
'use strict';

const EVERY_MS = 3000;   // a gentle pace for a small board
const SLOW_MS = 15000;   // when it does not answer, or has no such route
const LIMIT_MS = 8000;   // an answer later than this counts as none
const SLOTS = 60;        // samples in the chart: three minutes

const $ = id => document.getElementById(id);
const samples = [];
let timer, asking = false, failures = 0, bootedAt = null, bootNote = '';
const AWAY = 'The board does not answer. It may be restarting or out of reach; this page keeps asking.';
const NO_ROUTE = 'This server has no /api/status route, so there are no figures to show.';

const size = bytes => bytes < 1048576 ? Math.round(bytes / 1024) + ' KB' : (bytes / 1048576).toFixed(1) + ' MB';

function duration(sec) {
  const two = n => String(Math.floor(n) % 60).padStart(2, '0');
  const days = Math.floor(sec / 86400);
  return (days ? days + ' d ' : '') + Math.floor(sec / 3600) % 24 + ':' + two(sec / 60) + ':' + two(sec);
}

function drawChart(free, total) {
  samples.push(free);
  samples.splice(0, samples.length - SLOTS);
  const full = total || Math.max(...samples);
  const bar = (n, i) => `M${SLOTS - samples.length + i + .5} 20V${20 - 20 * n / full}`;
  $('samples').setAttribute('d', samples.map(bar).join(''));
}

function say(state, label, note = '') {
  $('live').dataset.state = state;
  if ($('state').textContent !== label) $('state').textContent = label;   // a screen reader speaks at each change
  if ($('note').textContent !== note) $('note').textContent = note;
}

// The moment of the start moves only when the board has started anew; 5 s allow for clocks and slow answers.
function noteStart(uptimeSec) {
  const before = bootedAt;
  bootedAt = uptimeSec == null ? null : Date.now() - 1000 * uptimeSec;
  if (before && bootedAt > before + 5000) bootNote = 'The board has just restarted.';
  if (uptimeSec > 60) bootNote = '';
}

function show(s) {
  $('hostname').textContent = s.hostname || 'your board';
  document.title = (s.hostname ? s.hostname + ' · ' : '') + 'MicroWebSrv2';
  for (const id of ['board', 'runtime', 'version']) $(id).textContent = s[id] || '–';
  const known = s.memFree != null;
  $('memory').textContent = known ? size(s.memFree) + (s.memTotal ? ' of ' + size(s.memTotal) : '') : 'not reported';
  $('chart').style.display = known ? '' : 'none';
  if (known) drawChart(s.memFree, s.memTotal);
  noteStart(s.uptimeSec);
  say('live', 'Live', (s.problems || [])[0] || bootNote);
  tick();
}

function tick() {
  if ($('live').dataset.state !== 'live') return;
  $('uptime').textContent = bootedAt === null ? '–' : duration((Date.now() - bootedAt) / 1000);
}

// One missed answer is no news: a busy board may skip one.
function fail() {
  failures += 1;
  if (failures > 1) say('away', 'No answer', AWAY);
}

async function fetchStatus(signal) {
  const answer = await fetch('/api/status', {cache: 'no-store', signal});
  if (answer.status === 404) return say('off', 'Not live', NO_ROUTE);
  if (!answer.ok) return fail();
  show(await answer.json());
  failures = 0;
}

async function ask() {
  clearTimeout(timer);
  if (asking || document.hidden) return;
  asking = true;
  const limit = new AbortController();
  const alarm = setTimeout(() => limit.abort(), LIMIT_MS);
  await fetchStatus(limit.signal).catch(fail);
  clearTimeout(alarm);
  limit.abort();   // lets go of the connection when an answer was not read to its end
  asking = false;
  timer = setTimeout(ask, failures > 5 || $('live').dataset.state === 'off' ? SLOW_MS : EVERY_MS);
}

$('slots').setAttribute('d', Array.from({length: SLOTS}, (_, i) => `M${i + .5} 20V0`).join(''));
document.addEventListener('visibilitychange', ask);
setInterval(tick, 1000);
say('wait', 'Connecting…');
ask();
