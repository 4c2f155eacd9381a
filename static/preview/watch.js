// What is watched: the console, errors that nobody caught, and what the page asked for and did not get.
const MARK = Symbol.for("djinn.bridge");
const LEVELS = { log: "log", info: "info", warn: "warn", error: "error", debug: "debug", trace: "debug", dir: "log", table: "log", group: "log", groupCollapsed: "log", assert: "error" };

/** Where the page is that says it. Writing a stack may run code of its own. */
const here = () => frames((tried(() => new NativeError().stack) ?? "").replace(/^Error\n/, ""));

function watch() {
  for (const [name, level] of Object.entries(LEVELS)) {
    const native = console[name];
    if (typeof native !== "function") continue;
    const watched = function (...values) {
      if (name !== "assert" || !values[0]) {
        note("console", level, () => {
          const said = name === "assert" ? ["Assertion failed:", ...values.slice(1)] : values;
          const error = said.find((value) => tried(() => value instanceof NativeError));
          return { text: sentence(said), stack: error ? told(error).stack : here() };
        });
      }
      return apply(native, this, values);
    };
    tried(() => Object.defineProperty(watched, "name", { value: name }));
    tried(() => (console[name] = watched));
  }

  const thrown = ({ error, message }) => (error === undefined || error === null ? message : `Uncaught ${shown(error, { left: MOST_TEXT })}`);
  addEventListener("error", (event) => {
    const { target } = event;
    if (target === window || !tried(() => ask(kind.node, target))) {
      const at = `at ${event.filename || "?"}:${event.lineno}:${event.colno}`;
      note("error", "error", () => (event.error instanceof NativeError ? told(event.error) : { text: thrown(event), stack: frames(at) }));
    } else if (target.localName) {
      note("resource", "error", () => ({ text: `Could not load ${near(target.currentSrc || target.src || target.href || "")} for ${node(target)}` }));
    }
  }, true);

  addEventListener("unhandledrejection", (event) => {
    note("rejection", "error", () => {
      const { reason } = event;
      const said = reason instanceof NativeError ? told(reason) : { text: shown(reason, { left: MOST_TEXT }), stack: "" };
      return { text: `Uncaught (in promise) ${said.text}`, stack: said.stack };
    });
  });

  addEventListener("securitypolicyviolation", (event) => {
    if (event.blockedURI?.startsWith(REPORTS) || asking.has(event.blockedURI)) return;
    note("resource", event.disposition === "enforce" ? "error" : "warn", () => ({ text: `The Content-Security-Policy (${event.effectiveDirective}) blocked ${near(event.blockedURI)}`, stack: event.sourceFile ? frames(`at ${event.sourceFile}:${event.lineNumber}:${event.columnNumber}`) : "" }));
  });

  const near = (address) => short(text(address).replace(`${location.origin}/`, "/"), 500);
  const failed = (method, address, status) =>
    note("network", status && status < 500 ? "warn" : "error", () => ({ text: `${text(method).toUpperCase()} ${near(address)} ${status ? `answered ${status}` : "failed: no answer came"}` }));

  /** What comes of it goes through here, so that a refusal nobody takes is still one of the page's own. */
  window.fetch = function fetch(input, init) {
    const [method, address] = tried(() => [init?.method ?? input?.method ?? "GET", typeof input === "string" ? input : (input.url ?? input.href)], ["GET", "?"]);
    const isLeft = () => tried(() => init?.signal?.aborted || input?.signal?.aborted);
    return apply(send, window, arguments).then(
      (answer) => {
        if (answer.status >= 400) failed(method, address, answer.status);
        return answer;
      },
      (error) => {
        if (!isLeft()) failed(method, address, 0);
        throw error;
      },
    );
  };

  const asked = new WeakMap();
  const { open, send: sendIt } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.open = function (method, address) {
    tried(() => asked.set(this, { method, address: text(address) }));
    return apply(open, this, arguments);
  };
  XMLHttpRequest.prototype.send = function () {
    const about = asked.get(this);
    tried(() => {
      if (!about) return;
      asked.delete(this);
      this.addEventListener("error", () => failed(about.method, about.address, 0), { once: true });
      this.addEventListener("load", () => this.status >= 400 && failed(about.method, about.address, this.status), { once: true });
    });
    return apply(sendIt, this, arguments);
  };

  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && leave());
  addEventListener("online", () => {
    if (!tries) return;
    tries = 0;
    wake(now() + EVERY);
  });
}

if (source && !window[MARK]) {
  defineProperty(window, MARK, { value: true });
  watch();
}
