// The running app in its frame: address bar, reload, widths. It lives on another origin, so we only know what we asked for.
import * as kept from "./kept.js";

class Preview extends HTMLElement {
  connectedCallback() {
    if (this.base) return;
    this.base = new URL(this.dataset.url, location.href);
    this.frame = this.querySelector("iframe");
    this.address = this.querySelector("[data-address]");
    this.querySelector(".host").textContent = brief(this.base.host);
    this.addEventListener("click", (event) => this.clicked(event));
    this.address.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.go(this.address.value);
    });
    this.address.addEventListener("focus", () => this.address.select());
    this.widen(kept.get("device") ?? "full");
  }

  clicked(event) {
    if (event.target.closest("[data-reload]")) this.go(this.address.value);
    const width = event.target.closest(".seg button");
    if (width) this.widen(width.value);
  }

  /** Go to a path of the app; anything that would leave its origin goes to its first page. */
  go(path) {
    let target = new URL(this.base);
    try {
      target = new URL(path, this.base);
    } catch {
      // Not an address: the first page.
    }
    if (target.origin !== this.base.origin) target = new URL(this.base);
    this.address.value = target.pathname + target.search + target.hash;
    this.querySelector("[data-open-tab]").href = target.href;
    // A frame that is given its own address with a hash does not load again; a new one does.
    const fresh = this.frame.cloneNode();
    fresh.src = target.href;
    this.frame.replaceWith(fresh);
    this.frame = fresh;
  }

  widen(device) {
    const buttons = [...this.querySelectorAll(".seg button")];
    const chosen = buttons.find((button) => button.value === device) ?? buttons.at(-1);
    for (const button of buttons) button.setAttribute("aria-pressed", String(button === chosen));
    this.querySelector(".stage").dataset.device = chosen.value;
    kept.set("device", chosen.value);
  }

  /** A newer fragment of the same app: load it again where we are, and keep this element. */
  update(next) {
    if (next.dataset.url !== this.dataset.url) return false;
    this.dataset.version = next.dataset.version;
    this.go(this.address.value);
    return true;
  }
}

function brief(host) {
  return host.replace(/^(p-.{4}).+?(\..*)$/, "$1…$2");
}

customElements.define("app-preview", Preview);
