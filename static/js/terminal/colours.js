// The terminal's colours are the page's own, looked up as they are drawn; the sixteen of programs go with paper or ink.
const NAMES = { background: "--n1", foreground: "--n9", cursor: "--accent", cursorAccent: "--n1", selectionBackground: "--accent-edge" };
const LIGHT = ["#211c15", "#a0271b", "#3c6a17", "#7d4f00", "#284c8c", "#7a3a78", "#0c5c54", "#665b4a"];
const DARK = ["#85795f", "#f2a08c", "#a9cc7f", "#e5b862", "#a3bcee", "#d8a7d6", "#7fcabb", "#d3c8b5"];
const PROGRAMS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

function drawn(probe, name) {
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}

export function theme(element) {
  const probe = document.createElement("span");
  probe.hidden = true;
  element.append(probe);
  const found = Object.fromEntries(Object.entries(NAMES).map(([key, name]) => [key, drawn(probe, name)]));
  probe.remove();
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const chosen = document.documentElement.dataset.theme ?? (isDark ? "dark" : "light");
  const palette = chosen === "dark" ? DARK : LIGHT;
  PROGRAMS.forEach((name, at) => {
    found[name] = palette[at];
    found[`bright${name[0].toUpperCase()}${name.slice(1)}`] = palette[at];
  });
  return found;
}

export function watch(change) {
  new MutationObserver(change).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", change);
}
