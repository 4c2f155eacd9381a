// What passes and is not kept: the lines of a file being written, words being said, lines of a log.
import { heard } from "./console.js";

const MOST_LOG = 40_000;

const SHOWN = { file_chunk: file, message_chunk: message, log_line: log, console: heard };

export function show(hint) {
  SHOWN[hint.type]?.(hint);
}

function file({ path_id: pathId, job, lines, tail }) {
  const card = document.getElementById(`file-${pathId}-${job}`);
  if (card?.dataset.state !== "run") return;
  card.querySelector("[data-lines]").textContent = String(lines);
  card.querySelector("[data-tail]").textContent = tail;
}

/** `text` is all that was said so far, or the end of it when it is long. */
function message({ message: id, text }) {
  if (!text.trim()) return;
  let bubble = document.getElementById(`message-${id}`);
  if (!bubble) {
    bubble = document.getElementById("live-message").content.firstElementChild.cloneNode(true);
    bubble.id = `message-${id}`;
    document.querySelector('[data-region="chat"]').append(bubble);
  }
  const live = bubble.querySelector("[data-live-text]");
  if (live) live.textContent = text;
}

function log({ command, text }) {
  const box = document.querySelector(`#${CSS.escape(`command-${command}`)} [data-log]`);
  if (!box) return;
  const isAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 24;
  const whole = box.textContent + (text.endsWith("\n") ? text : `${text}\n`);
  box.textContent = whole.slice(-MOST_LOG);
  if (isAtEnd) box.scrollTop = box.scrollHeight;
}

/** Nobody speaks any more: words that never became a message go. */
export function settle() {
  for (const bubble of document.querySelectorAll(".msg[data-live]")) bubble.remove();
}
