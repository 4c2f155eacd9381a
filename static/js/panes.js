// Which pane and tab is in front. `data-opens` on a button, link or dock entry asks for one by name.
import { choose } from "./tabs.js";

const PANES = { chat: "mid", plan: "mid", preview: "right", files: "right", console: "right" };
const bench = document.querySelector(".wb");

export function open(name) {
  const tab = document.getElementById(`tab-${name}`);
  if (!bench || !tab) return;
  choose(tab);
  bench.dataset.pane = PANES[name];
  for (const entry of bench.querySelectorAll(".dock [data-opens]")) {
    if (entry.dataset.opens === name) {
      entry.setAttribute("aria-current", "true");
      delete entry.dataset.news;
    } else {
      entry.removeAttribute("aria-current");
    }
  }
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) open(opener.dataset.opens);
});

// On a phone the app may come up behind the chat: its dock entry gets a dot.
document.addEventListener("djinn:placed", (event) => {
  if (event.target.matches("app-preview") && event.detail.isLive) {
    const entry = bench?.querySelector('.dock [data-opens="preview"]');
    if (entry) entry.dataset.news = "";
  }
});
