// A fragment knows its id and its region: it replaces its elder, or is added at the end of the region.
export function place(html, { isLive = true } = {}) {
  const box = document.createElement("template");
  box.innerHTML = html;
  for (const next of [...box.content.children]) put(next, isLive);
}

function put(next, isLive) {
  const elder = next.id && document.getElementById(next.id);
  if (elder) {
    if (elder.update?.(next)) return told(elder, isLive);
    const hadFocus = elder.contains(document.activeElement);
    elder.replaceWith(next);
    if (hadFocus) refocus(next);
  } else {
    const region = document.querySelector(`[data-region="${CSS.escape(next.dataset.into ?? "")}"]`);
    if (!region || (region.dataset.branch ?? next.dataset.branch) !== next.dataset.branch) return;
    next.classList.add("fresh");
    if ("newestFirst" in region.dataset) region.prepend(next);
    else region.append(next);
  }
  window.htmx?.process(next);
  told(next, isLive);
}

function told(element, isLive) {
  element.dispatchEvent(new CustomEvent("djinn:placed", { bubbles: true, detail: { isLive } }));
}

/** The button that had the focus is gone: its successor gets it, never the whole page. */
function refocus(next) {
  const successor = next.querySelector("button, a[href], summary, input");
  if (successor) return successor.focus();
  next.tabIndex = -1;
  next.focus();
}
