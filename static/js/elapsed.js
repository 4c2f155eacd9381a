// Times: a ticking one since a moment, a clock time in the reader's zone, a duration as m:ss.
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

export function spoken(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

function write(time, text) {
  if (time.textContent !== text) time.textContent = text;
}

function tick() {
  for (const time of document.querySelectorAll("time[data-since]")) {
    const since = Date.parse(time.dataset.since);
    if (since) write(time, spoken((Date.now() - since) / 1000));
  }
}

function settle(root) {
  for (const time of root.querySelectorAll("time[data-clock]")) {
    const at = new Date(time.dateTime);
    write(time, clock.format(at));
    time.title = at.toLocaleString();
  }
  for (const time of root.querySelectorAll("time[data-seconds]")) write(time, spoken(Number(time.dataset.seconds)));
  tick();
}

settle(document);
setInterval(tick, 1000);
document.addEventListener("djinn:placed", (event) => settle(event.target.parentElement ?? document));
