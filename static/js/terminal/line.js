// The socket of a terminal: connects again to the same shell, sends what is typed in pieces, and in no hurry.
const FIRST_WAIT = 400;
const LONGEST_WAIT = 15_000;
const PIECE = 4_000;
const EVERY = 20;
const GONE = {
  4401: "You are signed out. Load the page again to sign in.",
  4403: "You may not use a terminal in this project.",
  4404: "This project, or this branch of it, is gone.",
};

export class Line {
  /** `on` has: word(object), bytes(array), lost(), gone(sentence). */
  constructor(address, on) {
    Object.assign(this, { address, on, tries: 0, pending: "", isOpen: false, asked: {} });
    addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
  }

  connect({ shell = "", rows, columns }) {
    clearTimeout(this.timer);
    const url = new URL(this.address);
    for (const [name, value] of Object.entries({ shell, rows, columns })) url.searchParams.set(name, value);
    this.asked = { shell, rows, columns };
    this.isOver = false;
    const socket = new WebSocket(url);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => socket === this.socket && this.take(data));
    socket.addEventListener("close", ({ code }) => socket === this.socket && this.lost(code));
  }

  take(data) {
    if (typeof data !== "string") return this.on.bytes(new Uint8Array(data));
    const word = JSON.parse(data);
    this.tries = 0;
    if (word.type === "opened") {
      // What was typed for a shell that has gone is not typed into another.
      if (this.asked.shell && this.asked.shell !== word.shell) this.pending = "";
      this.asked.shell = word.shell;
    }
    if (word.type === "open") this.isOpen = true;
    if (word.type === "ended" || word.type === "moved") this.isOver = true;
    this.on.word(word);
    if (this.isOpen) this.flush();
  }

  lost(code) {
    this.isOpen = false;
    if (this.isOver) return;
    if (GONE[code]) return this.on.gone(GONE[code]);
    this.on.lost();
    const most = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.tries);
    this.tries += 1;
    this.timer = setTimeout(() => this.connect(this.asked), FIRST_WAIT / 2 + Math.random() * most);
  }

  hurry() {
    if (this.socket?.readyState === WebSocket.CLOSED && !this.isOver && this.timer) this.connect(this.asked);
  }

  type(text) {
    this.pending += text;
    if (this.isOpen) this.flush();
  }

  flush() {
    if (this.busy || !this.pending) return;
    let end = Math.min(PIECE, this.pending.length);
    if (end < this.pending.length && /[\uD800-\uDBFF]/.test(this.pending[end - 1])) end -= 1;
    this.say({ type: "typed", text: this.pending.slice(0, end).toWellFormed() });
    this.pending = this.pending.slice(end);
    this.busy = setTimeout(() => {
      this.busy = undefined;
      if (this.isOpen) this.flush();
    }, EVERY);
  }

  resize(rows, columns) {
    Object.assign(this.asked, { rows, columns });
    this.say({ type: "resized", rows, columns });
  }

  propose() {
    this.say({ type: "proposed" });
  }

  close() {
    this.say({ type: "closed" });
  }

  say(word) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(word));
  }
}
