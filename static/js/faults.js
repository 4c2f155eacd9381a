// What was asked of the server and refused or lost is said, until the next thing works.
const SENTENCES = {
  403: "You may not do that here. If you signed in or out meanwhile, load the page again.",
  404: "That is not there any more.",
  409: "That is not possible any more.",
  413: "That was too long.",
  429: "That was too often. Try again in a moment.",
};
const USUAL = "That did not work. What happened is in the server’s log.";
const LONGEST = 300;
const banner = document.querySelector("[data-fault]");

/** A refusal in plain text is a sentence for people; any other body is a page or a trace. */
function sentence(xhr) {
  const isPlain = xhr.getResponseHeader("Content-Type")?.startsWith("text/plain");
  return (isPlain && xhr.responseText.trim().slice(0, LONGEST)) || SENTENCES[xhr.status] || USUAL;
}

function say(words) {
  banner.querySelector("span").textContent = words;
  banner.hidden = false;
}

if (banner) {
  document.addEventListener("htmx:responseError", ({ detail }) => say(sentence(detail.xhr)));
  document.addEventListener("htmx:sendError", () => say("The server did not answer. Nothing was sent; try again when the connection is back."));
  document.addEventListener("htmx:afterRequest", ({ detail }) => detail.successful && (banner.hidden = true));
}
