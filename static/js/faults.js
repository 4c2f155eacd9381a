// What was asked of the server and refused or lost is said, until the next thing works.
const SENTENCES = {
  403: "You may not do that here. If you signed in or out meanwhile, load the page again.",
  404: "That is not there any more.",
  413: "That was too long.",
  429: "That was too often. Try again in a moment.",
};
const banner = document.querySelector("[data-fault]");

function say(sentence) {
  banner.querySelector("span").textContent = sentence;
  banner.hidden = false;
}

if (banner) {
  document.addEventListener("htmx:responseError", ({ detail }) => {
    say(SENTENCES[detail.xhr.status] ?? "That did not work. What happened is in the server’s log.");
  });
  document.addEventListener("htmx:sendError", () => say("The server did not answer. Nothing was sent; try again when the connection is back."));
  document.addEventListener("htmx:afterRequest", ({ detail }) => detail.successful && (banner.hidden = true));
}
