// A menu opens under its button; one that leaves the window moves back in.
const GAP = 4;
const EDGE = 8;

document.addEventListener(
  "toggle",
  (event) => {
    const menu = event.target;
    if (!menu.matches?.(".menu[popover]") || event.newState !== "open") return;
    const by = document.querySelector(`[popovertarget="${menu.id}"]`)?.getBoundingClientRect();
    if (!by) return;
    const most = innerWidth - menu.offsetWidth - EDGE;
    menu.style.top = `${by.bottom + GAP}px`;
    menu.style.left = `${Math.max(EDGE, Math.min(by.left, most))}px`;
  },
  true,
);
