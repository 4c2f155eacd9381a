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
  const heed = () => {
    isFollowing = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
    if (isFollowing) jump.hidden = true;
  };

  box.addEventListener("scroll", heed);
  new MutationObserver(() => {
    if (isFollowing) toEnd();
    else jump.hidden = false;
  }).observe(box, { childList: true, subtree: true, characterData: true });
  // The box changes with the window and the composer, what is in it with every card that finds its shape later.
  const grown = new ResizeObserver(() => isFollowing && toEnd());
  for (const part of [box, ...box.children]) grown.observe(part);
  // Whoever unfolds something wants to see that, and not the end.
  box.addEventListener("click", (event) => event.target.closest("summary") && (isFollowing = false));
  box.addEventListener("toggle", heed, true);
  jump.addEventListener("click", toEnd);
  // Whoever says something wants to see it.
  document.addEventListener("htmx:beforeRequest", (event) => event.target.id === "composer" && toEnd());
  toEnd();
}
