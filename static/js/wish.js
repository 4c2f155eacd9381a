// The start page: an example fills the sheet instead of being sent at once.
document.addEventListener("click", (event) => {
  const example = event.target.closest("[data-example]");
  const sheet = document.getElementById("wish");
  if (!example || !sheet) return;
  event.preventDefault();
  sheet.value = example.value;
  sheet.focus();
  sheet.dispatchEvent(new Event("input", { bubbles: true }));
});
