// What is to be told waits here, is sent in batches, and is dropped where it is too much; how much of it is said.
const REPORTS = source && new URL("console", source).href;
const MOST_BATCH = 20, MOST_BODY = 60_000, MOST_BEACON = 20_000, MOST_WAITING = 100;
const EVERY = 250, FIRST_WAIT = 500, LONGEST_WAIT = 30_000;

const { now } = Date;
const { random } = Math;
const [later, forget, send] = [window.setTimeout, window.clearTimeout, window.fetch].map((each) => each.bind(window));
const beacon = navigator.sendBeacon?.bind(navigator);
const clock = performance.now.bind(performance);

/** So many at once, and so many a second from then on. Errors have room of their own: no flood drowns them. */
const bucket = (most, perSecond) => ({ most, perSecond, left: most, at: now() });
const rooms = { loud: bucket(20, 10), other: bucket(100, 80) };
function isLet(room) {
  const moment = now();
  room.left = min(room.most, room.left + ((moment - room.at) / 1000) * room.perSecond);
  room.at = moment;
  if (room.left < 1) return false;
  room.left -= 1;
  return true;
}

let waiting = [];
let dropped = 0;
let isBusy = false;

/** `say` gives text and stack, and is not even asked where there is too much already. */
function note(from, level, say) {
  const isLoud = from === "error" || from === "rejection";
  const room = isLoud ? rooms.loud : rooms.other;
  if (isBusy || !isLet(room)) {
    dropped += 1;
    return plan(EVERY);
  }
  const began = clock();
  isBusy = true;
  try {
    const said = say();
    keep({ source: from, level, text: short(text(said.text), MOST_TEXT), stack: short(said.stack ?? "", MOST_STACK), count: 1 });
  } catch {
    dropped += 1;
  } finally {
    isBusy = false;
    // Each millisecond of this page's time is worth a line.
    room.left -= clock() - began;
  }
  plan(waiting.length < MOST_BATCH ? EVERY : 0);
}

function keep(entry) {
  for (const other of waiting) {
    if (other.text === entry.text && other.stack === entry.stack && other.level === entry.level && other.source === entry.source) {
      other.count += 1;
      return;
    }
  }
  if (waiting.length >= MOST_WAITING) {
    waiting.shift();
    dropped += 1;
  }
  waiting[waiting.length] = entry;
}

let timer;
let due = Infinity;
let last = 0;
let tries = 0;
let isSending = false;

/** At the latest so soon, and never sooner after the last one than a batch may come. */
function plan(wait) {
  const at = tries || isSending ? due : Math.max(now() + wait, last + EVERY);
  if (at >= due) return;
  wake(at);
}
function wake(at) {
  forget(timer);
  due = at;
  timer = later(flush, at - now());
}

/** A page may have taught objects to write themselves otherwise. */
function unspoilt(entry) {
  defineProperty(entry, "toJSON", { value: undefined });
  return entry;
}

const size = (entry) => stringify(unspoilt({ ...entry })).length;

/** Some of what waits; what was dropped goes with it. */
function take(most) {
  const some = { taken: [], dropped };
  let left = most;
  for (const entry of waiting) {
    left -= size(entry);
    if (some.taken.length >= MOST_BATCH || left < 0) break;
    some.taken[some.taken.length] = entry;
  }
  waiting = waiting.slice(some.taken.length);
  dropped = 0;
  return some;
}

function body(some) {
  const entries = [];
  for (const entry of some.taken) entries[entries.length] = stringify(unspoilt({ ...entry }));
  return `{"page":${stringify(short(location.pathname, 300))},"tree":${stringify(tree)},"dropped":${some.dropped},"entries":[${entries.join(",")}]}`;
}

async function flush() {
  due = Infinity;
  if (isSending || (!waiting.length && !dropped)) return;
  const some = take(MOST_BODY);
  isSending = true;
  last = now();
  await placed(some.taken).catch(() => 0);
  const said = body(some);
  const status = await send(REPORTS, { method: "POST", body: said, headers: { "content-type": "text/plain" }, credentials: "omit", cache: "no-store", redirect: "error", keepalive: said.length < MOST_BEACON })
    .then((answer) => answer.status, () => 0);
  isSending = false;
  // What was not understood will not be the next time either.
  if ((status >= 200 && status < 300) || status === 400 || status === 413) tries = 0;
  else again(some);
  if (!tries && (waiting.length || dropped)) plan(EVERY);
}

/** Back-off with full jitter. */
function again(some) {
  waiting = [...some.taken, ...waiting].slice(-MOST_WAITING);
  dropped += some.dropped;
  tries += 1;
  wake(now() + FIRST_WAIT / 2 + random() * min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(tries, 10)));
}

function leave() {
  if (!beacon || (!waiting.length && !dropped)) return;
  const some = take(MOST_BEACON);
  if (beacon(REPORTS, body(some))) return;
  waiting = [...some.taken, ...waiting];
  dropped += some.dropped;
}
