// Keyboard: Ctrl or ⌘ with Enter sends, Esc stops typing, / writes, ? shows the list. Single keys can be turned off.
import * as kept from "./kept.js";
import { open } from "./panes.js";

const list = document.getElementById("shortcuts");
const onOff = document.querySelector("[data-keys-on]");
const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

if (isMac) for (const mod of document.querySelectorAll("[data-mod]")) mod.textContent = "⌘";

if (onOff) {
  onOff.checked = kept.get("keys") !== "off";
  onOff.addEventListener("change", () => kept.set("keys", onOff.checked ? "on" : "off"));
}

function isTyping(target) {
  return target.closest?.("input, textarea, select, [contenteditable]") !== null;
}

function send(event) {
  const box = event.target.closest?.("textarea[data-send]");
  if (!box) return;
  event.preventDefault();
  box.form.requestSubmit(box.form.querySelector("button:not([data-example])"));
}

const SINGLE = {
  "?": () => list?.showModal(),
  "/": () => {
    open("chat");
    document.querySelector("textarea[data-send]")?.focus();
  },
};

document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return send(event);
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const act = SINGLE[event.key];
  if (!act || list?.open || kept.get("keys") === "off") return;
  event.preventDefault();
  act();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-shortcuts]")) list?.showModal();
});
