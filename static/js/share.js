// The dialog with links to the preview. With a key held down, or without scripts, the same is a page of its own.
const dialog = document.getElementById("share");
const view = document.getElementById("share-view");

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-share]");
  if (!dialog || !link || !window.htmx || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  window.htmx.ajax("GET", link.getAttribute("href"), { target: view }).then(() => dialog.showModal());
});

// What is shown once does not stay.
dialog?.addEventListener("close", () => view.replaceChildren());
