// Where an error is in the files that were written, for those that a development server changed: it says so at their end.
const WRITTEN = /(?<![\w@/.:-])((?:[\w@.-]+\/)*[\w@.-]+\.(?:tsx?|mts|jsx|vue|svelte))(\?[\w=&.%-]*)?:(\d+):(\d+)/g;
const MAP = /\/\/# sourceMappingURL=data:application\/json[^,]*;base64,([\w+/=]+)\s*$/;
const MOST_FILE = 1_000_000, MOST_FILES = 40, MOST_FRAMES = 8, PATIENCE = 1500;
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const { parse } = JSON;
const decode = window.atob?.bind(window);
const maps = new Map();
// An app whose policy forbids it is asked once, and what it forbids us is none of its own faults.
const asking = new Set();
let isForbidden = false;

function mapOf(address) {
  if (!maps.has(address) && maps.size < MOST_FILES) maps.set(address, fetched(address).catch(() => null));
  return maps.get(address) ?? null;
}

async function fetched(address) {
  if (isForbidden || address.includes("node_modules/")) return null;
  const url = new URL(address, `${location.origin}/`).href;
  asking.add(url);
  const answer = await send(url, { cache: "force-cache" }).catch((refused) => {
    isForbidden = true;
    throw refused;
  });
  const body = await answer.text();
  asking.delete(url);
  const found = body.length < MOST_FILE ? MAP.exec(body) : null;
  const map = found && parse(decode(found[1]));
  return map?.sources?.length === 1 && typeof map.mappings === "string" ? map.mappings.split(";") : null;
}

/** The numbers of one piece, in base 64 with the sign in the last bit. */
function numbers(piece) {
  const found = [];
  let [value, shift] = [0, 0];
  for (const letter of piece) {
    const digit = DIGITS.indexOf(letter);
    value += (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    found[found.length] = value & 1 ? -(value >>> 1) : value >>> 1;
    [value, shift] = [0, 0];
  }
  return found;
}

/** Line and column as they were written; each piece only says how far it is from the one before. */
function written(lines, line, column) {
  let [row, place, best] = [0, 0, null];
  for (let at = 0; at < line && at < lines.length; at++) {
    let here = 0;
    for (const piece of lines[at] ? lines[at].split(",") : []) {
      const [step, , rows, places] = numbers(piece);
      here += step;
      if (rows === undefined) continue;
      row += rows;
      place += places;
      if (at === line - 1 && (here < column || !best)) best = [row + 1, place + 1];
    }
  }
  return best;
}

async function mapped(stack) {
  const frames = [...stack.matchAll(WRITTEN)].slice(0, MOST_FRAMES);
  const told = new Map();
  for (const [frame, path, query, line, column] of frames) {
    const lines = await mapOf(path + (query ?? ""));
    const found = lines && tried(() => written(lines, +line, +column));
    if (found) told.set(frame, `${path}:${found[0]}:${found[1]}`);
  }
  return stack.replace(WRITTEN, (frame) => told.get(frame) ?? frame);
}

/** Of those that matter, and not for long: what cannot be found out is told as it is. */
async function placed(entries) {
  if (!decode) return;
  const work = entries.filter(({ level, stack }) => stack && (level === "error" || level === "warn")).map(async (entry) => {
    entry.stack = short(await mapped(entry.stack), MOST_STACK);
  });
  await Promise.race([Promise.allSettled(work), new Promise((done) => later(done, PATIENCE))]);
}
