// The plan's files are marked, and the stepper's bar moves, from the file cards in the chat: no message of its own is needed.
const bench = document.querySelector(".wb");
const MARKS = { run: "run", ok: "ok" };

function states() {
  const known = new Map();
  for (const card of bench.querySelectorAll(".filecard[data-path]")) known.set(card.dataset.path, MARKS[card.dataset.state]);
  return known;
}

function mark() {
  const known = states();
  let [done, total] = [0, 0];
  for (const phase of bench.querySelectorAll("[data-phase]")) {
    const lines = [...phase.querySelectorAll("[data-plan-path]")];
    for (const line of lines) line.dataset.state = known.get(line.dataset.planPath) ?? "todo";
    const written = lines.filter((line) => line.dataset.state === "ok").length;
    phase.querySelector("[data-phase-count]").textContent = `${written} of ${lines.length}`;
    done += written;
    total += lines.length;
  }
  if (total) show(done, total);
}

function show(done, total) {
  bench.querySelector("[data-plan-count]").textContent = `${done} of ${total}`;
  const bar = bench.querySelector(".ruler progress");
  if (!bar || bar.max !== total || done < bar.value) return;
  bar.value = done;
  bar.ariaLabel = `${done} of ${total} files`;
  bench.querySelector(".ruler [data-files]").textContent = `${done} of ${total}`;
}

if (bench) {
  mark();
  document.addEventListener("djinn:placed", (event) => {
    if (event.target.matches(".filecard, .plan, .ruler")) mark();
  });
}
