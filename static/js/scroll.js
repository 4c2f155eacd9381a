// The chat follows what arrives while the reader is at its end; otherwise a button says there is more.
const NEAR = 64;

for (const box of document.querySelectorAll("[data-follow]")) {
  const jump = box.parentElement.querySelector("[data-jump]");
  let isFollowing = true;

  const toEnd = () => {
    isFollowing = true;
    jump.hidden = true;
    box.scrollTop = box.scrollHeight;
  };

  box.addEventListener("scroll", () => {
    isFollowing = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
    if (isFollowing) jump.hidden = true;
  });
  new MutationObserver(() => {
    if (isFollowing) toEnd();
    else jump.hidden = false;
  }).observe(box, { childList: true, subtree: true, characterData: true });
  new ResizeObserver(() => isFollowing && toEnd()).observe(box);
  jump.addEventListener("click", toEnd);
  // Whoever says something wants to see it.
  document.addEventListener("htmx:beforeRequest", (event) => event.target.id === "composer" && toEnd());
  toEnd();
}
