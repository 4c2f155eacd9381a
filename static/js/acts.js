// A pressed Stop, Pause, Go on or Retry shows that it was heard, until the server says what became of it.
const form = document.getElementById("act-form");
let pressed;

function settle() {
  pressed?.removeAttribute("aria-busy");
  pressed = undefined;
}

if (form) {
  form.addEventListener("submit", (event) => {
    settle();
    pressed = event.submitter;
    pressed?.setAttribute("aria-busy", "true");
  });
  // An undo leaves its button where it is, for it can be asked for again.
  form.addEventListener("htmx:afterOnLoad", () => pressed?.closest(".versioncard") && settle());
  // A success changes nothing here: the feed brings other buttons.
  for (const name of ["htmx:responseError", "htmx:sendError"]) form.addEventListener(name, settle);
}
