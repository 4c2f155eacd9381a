// One socket per page: events as fragments, hints, and catch-up after a lost connection from the last number seen.
import { place } from "./fragments.js";
import * as hints from "./hints.js";

const FIRST_WAIT = 400;
const LONGEST_WAIT = 15_000;
const QUIET = 1_500;
const GONE = { 4401: "You are signed out. Load the page again to sign in.", 4403: "You may no longer see this project.", 4404: "This project is gone." };

class Feed {
  constructor(bench) {
    this.bench = bench;
    this.seq = Number(bench.dataset.seq);
    this.banner = bench.querySelector("[data-offline]");
    this.tries = 0;
    addEventListener("online", () => this.hurry());
    addEventListener("pagehide", () => this.socket?.close());
    addEventListener("pageshow", (event) => event.persisted && this.connect());
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
  }

  connect() {
    clearTimeout(this.timer);
    const url = new URL(this.bench.dataset.feed, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    url.searchParams.set("after", String(this.seq));
    const socket = new WebSocket(url);
    this.socket = socket;
    socket.addEventListener("message", (event) => socket === this.socket && this.take(JSON.parse(event.data)));
    socket.addEventListener("open", () => this.found());
    socket.addEventListener("close", (event) => socket === this.socket && this.lost(event.code));
  }

  take(frame) {
    if (frame.reload) return location.reload();
    if (frame.hint) return hints.show(frame.hint);
    if (frame.seq === undefined || frame.seq <= this.seq) return;
    this.seq = frame.seq;
    place(frame.html);
    this.reached();
  }

  found() {
    this.tries = 0;
    clearTimeout(this.quiet);
    this.quiet = undefined;
    this.banner.hidden = true;
    this.reached();
  }

  /** Up to which event this page is true, for whoever looks at it from outside. */
  reached() {
    this.bench.dataset.liveSeq = String(this.seq);
  }

  /** Back-off with full jitter; the banner only when it lasts. */
  lost(code) {
    if (GONE[code]) return this.end(GONE[code]);
    this.quiet ??= setTimeout(() => (this.banner.hidden = false), QUIET);
    const most = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.tries);
    this.tries += 1;
    this.timer = setTimeout(() => this.connect(), FIRST_WAIT / 2 + Math.random() * most);
  }

  hurry() {
    if (this.socket?.readyState === WebSocket.CLOSED) this.connect();
  }

  end(sentence) {
    this.banner.querySelector("span").textContent = sentence;
    this.banner.hidden = false;
  }
}

/** Screen readers: silent while it streams, one sentence when it is over. */
function attend(bench) {
  const log = bench.querySelector('[role="log"]');
  const voice = bench.querySelector("[data-announce]");
  const busy = (acts) => log?.setAttribute("aria-busy", acts?.dataset.busy ?? "false");
  busy(bench.querySelector("[data-busy]"));
  bench.addEventListener("djinn:placed", ({ target }) => {
    if (target.dataset.busy) {
      busy(target);
      if (target.dataset.busy === "false") hints.settle();
    }
    if (target.id === "project-name") document.title = `${target.textContent} · Djinn`;
    if (voice && target.dataset.say) voice.textContent = target.dataset.say;
  });
}

const bench = document.querySelector("[data-feed]");
if (bench) {
  attend(bench);
  new Feed(bench).connect();
}
