// A job that ended while it waited waits no more: its line in the queue goes when its end is in the chat.
const chat = document.querySelector('.wb [data-region="chat"]');

function clear() {
  for (const wait of chat.querySelectorAll('.note[id*="-wait-"]:not([hidden])')) {
    const job = wait.id.slice(0, wait.id.indexOf("-wait-"));
    if (chat.querySelector(`#${CSS.escape(wait.id)} ~ [id^="${CSS.escape(`${job}-end-`)}"]`)) wait.hidden = true;
  }
}

if (chat) {
  clear();
  document.addEventListener("djinn:placed", (event) => event.target.matches(".note") && clear());
}
