// The console pane: fetched when it comes into view and while it is looked at; what is unfolded stays so.
const EVERY = 700;
const view = document.getElementById("console-view");
const tab = document.getElementById("tab-console");
const unfolded = new Set();
let timer;

/** Something was said. Nobody fetches what nobody sees: a dot says that there is news. */
export function heard() {
  if (!view || timer) return;
  if (!view.checkVisibility()) {
    if (tab) tab.dataset.news = "";
    return;
  }
  timer = setTimeout(() => {
    timer = undefined;
    window.htmx?.trigger(view, "console-changed");
  }, EVERY);
}

if (view) {
  view.addEventListener("toggle", ({ target }) => {
    if (target.open) unfolded.add(target.id);
    else unfolded.delete(target.id);
  }, true);
  view.addEventListener("htmx:beforeSwap", () => tab && delete tab.dataset.news);
  view.addEventListener("htmx:afterSwap", () => {
    for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
  });
}
