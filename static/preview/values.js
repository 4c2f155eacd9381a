// What a value is, in words. It runs in the app's own page: it calls no getter, and takes of the browser what it needs
// before the app can change it. The four files here are one script: see sandboxes/preview/bridge.py.
const { src: source, dataset: { tree = "" } = {} } = document.currentScript ?? {};

const MOST_TEXT = 2000, MOST_STACK = 3000, DEPTH = 3, MOST_ITEMS = 20;

// Whatever the page does to these later is its own affair.
const { apply, ownKeys, defineProperty, getPrototypeOf, getOwnPropertyDescriptor: own } = Reflect;
const { stringify } = JSON;
const { isArray } = Array;
const { min } = Math;
const text = String;
const NativeError = Error;
const getter = (type, name) => type && own(type.prototype, name)?.get;
const ask = (get, value) => apply(get, value, []);
const kind = { node: getter(window.Node, "nodeType"), name: getter(window.Node, "nodeName"), map: getter(Map, "size"), set: getter(Set, "size"), bytes: getter(getPrototypeOf(Uint8Array), "length") };
const attribute = Element.prototype.getAttribute;

const tried = (work, otherwise) => {
  try {
    return work();
  } catch {
    return otherwise;
  }
};
/** Of a property that is one; a getter is somebody's code, and is not run. */
const held = (object, name) => tried(() => own(object, name)?.value);
const short = (said, most) => (said.length > most ? `${said.slice(0, most - 1)}…` : said);

function shown(value, room, above = []) {
  if (room.left <= 0) return "…";
  const said = short(plain(value, above.length > 0) ?? tried(() => object(value, room, above), "[cannot be read]"), MOST_TEXT);
  room.left -= said.length;
  return said;
}

function plain(value, isInside) {
  switch (typeof value) {
    case "string": return isInside ? stringify(short(value, 200)) : value;
    case "bigint": return `${tried(() => (value > -(10n ** 40n) && value < 10n ** 40n ? value : "huge "), "")}n`;
    case "function": return `ƒ ${held(value, "name") ?? ""}`;
    case "object": return value === null ? "null" : undefined;
    default: return text(value);
  }
}

function object(value, room, above) {
  if (above.includes(value)) return "[circular]";
  if (value instanceof NativeError) return told(value).text;
  if (tried(() => ask(kind.node, value))) return node(value);
  if (above.length >= DEPTH) return isArray(value) ? "[…]" : "{…}";
  const inside = [...above, value];
  if (isArray(value)) return list(value, held(value, "length"), room, inside);
  if (ArrayBuffer.isView(value)) return list(value, tried(() => ask(kind.bytes, value), 0), room, inside);
  if (value instanceof Date) return tried(() => Date.prototype.toISOString.call(value), "Invalid Date");
  if (value instanceof RegExp) return tried(() => RegExp.prototype.toString.call(value), "RegExp");
  for (const [name, size] of [["Map", kind.map], ["Set", kind.set]]) {
    const many = tried(() => ask(size, value));
    if (many !== undefined) return `${name}(${many})`;
  }
  return fields(value, room, inside);
}

function list(value, length, room, inside) {
  const parts = [];
  for (let at = 0; at < min(length, MOST_ITEMS) && room.left > 0; at++) parts[at] = shown(held(value, at), room, inside);
  return `[${parts.join(", ")}${length > parts.length ? `, … ${length} in all` : ""}]`;
}

function fields(value, room, inside) {
  const made = held(held(getPrototypeOf(value) ?? {}, "constructor") ?? {}, "name");
  const parts = [];
  for (const key of ownKeys(value)) {
    const found = own(value, key);
    if (!found?.enumerable) continue;
    if (parts.length >= MOST_ITEMS || room.left <= 0) {
      parts[parts.length] = "…";
      break;
    }
    parts[parts.length] = `${text(key)}: ${"value" in found ? shown(found.value, room, inside) : "(…)"}`;
  }
  return `${typeof made === "string" && made !== "Object" ? `${made} ` : ""}{${parts.join(", ")}}`;
}

function node(value) {
  const name = text(ask(kind.name, value)).toLowerCase();
  const [id, classes] = ["id", "class"].map((each) => tried(() => apply(attribute, value, [each])));
  return name[0] === "#" ? name : `<${name}${id ? `#${id}` : ""}${classes ? `.${classes.trim().replace(/\s+/g, ".")}` : ""}>`;
}

/** An error in words, and where it comes from. */
function told(error, depth = 0) {
  const name = text(tried(() => error.name) || "Error");
  const message = text(tried(() => error.message, ""));
  const said = short(message ? `${name}: ${message}` : name, MOST_TEXT);
  let stack = text(tried(() => error.stack) || "");
  if (stack.startsWith(said)) stack = stack.slice(said.length);
  const cause = depth < DEPTH ? held(error, "cause") : undefined;
  if (cause instanceof NativeError) {
    const deeper = told(cause, depth + 1);
    stack += `\nCaused by: ${deeper.text}\n${deeper.stack}`;
  }
  return { text: said, stack: frames(stack) };
}

const frames = (stack) =>
  short(stack.split("\n").filter((line) => line.trim() && !line.includes(source)).join("\n").replaceAll(`${location.origin}/`, ""), MOST_STACK);

function sentence(values) {
  const room = { left: MOST_TEXT };
  let [first, at] = ["", 0];
  if (typeof values[0] === "string") {
    at = 1;
    first = short(values[0], MOST_TEXT).replace(/%([%sdifoOc])/g, (sign, letter) => {
      if (letter === "%") return "%";
      if (at >= values.length) return sign;
      const value = values[at++];
      return letter === "c" ? "" : shown(value, room);
    });
  }
  const parts = values.length && at ? [first] : [];
  for (; at < values.length && room.left > 0; at++) parts[parts.length] = shown(values[at], room);
  return parts.join(" ");
}
