// In the head, before anything is drawn: the chosen theme, and the mark that scripts run.
document.documentElement.classList.add("js");
try {
  const theme = localStorage.getItem("djinn.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is refused: the system's theme it is.
}
