// The splitter between the panes: drag, arrows, Home and End, double click to reset. In percent of the bench, kept.
import * as kept from "./kept.js";

const STEP = 2;

for (const bar of document.querySelectorAll('.wb [role="separator"]')) {
  const bench = bar.closest(".wb");
  const [least, most] = [Number(bar.ariaValueMin), Number(bar.ariaValueMax)];
  const usual = Number(bar.ariaValueNow);

  const put = (percent) => {
    const size = Math.round(Math.min(most, Math.max(least, percent)) * 10) / 10;
    bench.style.setProperty("--w-mid", `${size}%`);
    bar.ariaValueNow = String(Math.round(size));
    kept.set("w-mid", String(size));
  };
  const now = () => (document.getElementById("pane-mid").offsetWidth / bench.offsetWidth) * 100;

  const before = Number(kept.get("w-mid"));
  if (before) put(before);

  bar.addEventListener("pointerdown", (event) => {
    bar.setPointerCapture(event.pointerId);
    bar.classList.add("dragging");
    event.preventDefault();
  });
  bar.addEventListener("pointermove", (event) => {
    if (bar.classList.contains("dragging")) put((event.clientX / bench.offsetWidth) * 100);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    bar.addEventListener(end, () => bar.classList.remove("dragging"));
  }
  bar.addEventListener("dblclick", () => put(usual));
  bar.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: now() - STEP, ArrowRight: now() + STEP, Home: least, End: most }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    put(to);
  });
}
