// A shell in the app's box. A page that is loaded again asks for the shell it had.
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import * as colours from "./colours.js";
import { Line } from "./line.js";
import { quietDocument } from "./sheets.js";

const CALM = 120;
const LEAVES = "F6";

function remembered(name, value) {
  try {
    if (value === undefined) return sessionStorage.getItem(name) ?? "";
    sessionStorage.setItem(name, value);
  } catch {
    // A page that is loaded again gets a fresh shell then.
  }
  return "";
}

function address(pane) {
  const url = new URL(pane.dataset.terminal, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  if (pane.dataset.port) url.port = pane.dataset.port;
  return url.href;
}

class Shell {
  constructor(pane) {
    const part = (name) => pane.querySelector(`[data-terminal-${name}]`);
    Object.assign(this, { pane, screen: part("screen"), status: part("state"), banner: part("lost"), again: part("again"), end: part("end"), propose: part("propose"), proposed: part("proposed") });
    this.name = `djinn.terminal.${pane.dataset.terminal}`;
    this.fits = new FitAddon();
    this.terminal = new Terminal({
      allowProposedApi: false,
      cursorBlink: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      documentOverride: quietDocument,
      fontFamily: getComputedStyle(this.screen).fontFamily,
      fontSize: 13,
      // Programs of the box may show links; where they lead, nobody has looked.
      linkHandler: { activate: () => {} },
      minimumContrastRatio: 4.5,
      scrollback: 5000,
      theme: colours.theme(pane),
    });
    this.line = new Line(address(pane), {
      word: (word) => this.hear(word),
      bytes: (data) => this.terminal.write(data),
      lost: () => (this.banner.hidden = false),
      gone: (sentence) => this.over(sentence),
    });
  }

  start() {
    this.terminal.loadAddon(this.fits);
    this.terminal.open(this.screen);
    this.terminal.attachCustomKeyEventHandler((event) => this.key(event));
    this.terminal.onData((text) => this.line.type(text));
    this.terminal.onResize(({ rows, cols }) => this.line.resize(rows, cols));
    colours.watch(() => (this.terminal.options.theme = colours.theme(this.pane)));
    new ResizeObserver(() => this.resized()).observe(this.screen);
    this.again.addEventListener("click", () => this.fresh());
    this.end.addEventListener("click", () => this.line.close());
    this.propose.addEventListener("click", () => this.ask());
    this.fit();
    this.connect(remembered(this.name));
    return this;
  }

  connect(shell) {
    this.line.connect({ shell, rows: this.terminal.rows, columns: this.terminal.cols });
  }

  fresh() {
    this.terminal.reset();
    this.connect("");
    this.focus();
  }

  focus() {
    this.fit();
    this.terminal.focus();
  }

  /** Out of the terminal, which takes every other key, to the tab it belongs to. */
  key(event) {
    if (event.key !== LEAVES) return true;
    if (event.type === "keydown") {
      event.preventDefault();
      const tab = document.getElementById("tab-terminal");
      (tab.checkVisibility() ? tab : document.querySelector('.dock [data-opens="terminal"]')).focus();
    }
    return false;
  }

  resized() {
    clearTimeout(this.calm);
    this.calm = setTimeout(() => this.fit(), CALM);
  }

  fit() {
    if (this.screen.clientHeight > 0) this.fits.fit();
  }

  hear(word) {
    if (word.type === "opened") this.opened(word);
    else if (word.type === "waiting") this.say(word.text);
    else if (word.type === "open") this.say(word.note ?? this.note);
    else if (word.type === "proposed" || word.type === "refused") this.answered(word);
    else if (word.type === "moved") this.over("This shell is shown by another page now.");
    else if (word.type === "ended") this.over(this.farewell(word));
  }

  opened(word) {
    this.banner.hidden = true;
    this.again.hidden = true;
    this.end.hidden = false;
    this.propose.hidden = false;
    this.terminal.reset();
    this.propose.disabled = false;
    this.terminal.options.disableStdin = false;
    remembered(this.name, word.shell);
    this.note = word.lost ? "The shell that was here has ended. This is a new one." : "";
    this.line.resize(this.terminal.rows, this.terminal.cols);
  }

  /** What was changed in the box becomes a change set. */
  ask() {
    this.propose.disabled = true;
    this.proposed.hidden = true;
    this.say("Looking at what was changed …");
    this.line.propose();
  }

  answered({ address: where, text }) {
    this.propose.disabled = false;
    this.proposed.hidden = !where;
    if (where) this.proposed.href = where;
    this.say(text ?? (where ? "The changes are proposed." : "No file was changed."));
  }

  farewell({ exit_code: code, text }) {
    const ended = code ? `The shell has ended with exit code ${code}.` : "The shell has ended.";
    return text ? `${ended} ${text}` : ended;
  }

  over(sentence) {
    this.banner.hidden = true;
    this.end.hidden = true;
    this.propose.hidden = true;
    this.again.hidden = false;
    this.terminal.options.disableStdin = true;
    remembered(this.name, "");
    this.say(sentence);
  }

  say(text) {
    this.status.textContent = text;
  }
}

export function start(pane) {
  return new Shell(pane).start();
}
