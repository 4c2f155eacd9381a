// Brings the terminal, which is a bundle of its own, when its tab is opened for the first time.
const pane = document.querySelector("[data-terminal]");
const openers = document.querySelectorAll('#tab-terminal, .dock [data-opens="terminal"]');
let brought;

function bring() {
  const { module, sheet } = pane.dataset;
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: sheet });
  const styled = new Promise((done) => {
    link.addEventListener("load", done);
    link.addEventListener("error", done);
  });
  document.head.append(link);
  return Promise.all([import(new URL(module, location.href)), styled]).then(([found]) => found.start(pane));
}

function fail() {
  brought = undefined;
  pane.querySelector("[data-terminal-state]").textContent = "The terminal could not be loaded. Load the page again to try once more.";
}

for (const opener of openers) {
  opener.addEventListener("click", () => {
    brought ??= bring().catch(fail);
    // The pane is not in front before everybody has heard of the click.
    brought.then((terminal) => requestAnimationFrame(() => terminal?.focus()));
  });
}
