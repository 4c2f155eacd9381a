// The console pane: fetched when it comes into view and while it is looked at; what is unfolded stays so.
const EVERY = 700;
const view = document.getElementById("console-view");
const openers = document.querySelectorAll('#tab-console, .dock [data-opens="console"]');
const unfolded = new Set();
let timer;

/** Something was said. Nobody fetches what nobody sees: a dot says that there is news. */
export function heard() {
  if (!view || timer) return;
  if (!view.checkVisibility()) {
    for (const opener of openers) opener.dataset.news = "";
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
  view.addEventListener("htmx:beforeSwap", () => {
    for (const opener of openers) delete opener.dataset.news;
  });
  view.addEventListener("htmx:afterSwap", () => {
    for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
  });
}
