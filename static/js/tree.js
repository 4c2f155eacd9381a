// The flat list of files becomes a tree: arrows walk, right and left open and close, a filter narrows it.
const list = document.getElementById("file-list") ?? document.querySelector("[data-tree-page]");
const view = document.getElementById("file-view");
const filter = document.querySelector("[data-filter-files]");
const shut = new Set();
let current = "";

const FOLDER = ["M2.25 12.75V12A2.25 2.25 0 0 1 4.5 9.75h15A2.25 2.25 0 0 1 21.75 12v.75m-8.69-6.44-2.12-2.12a1.5 1.5 0 0 0-1.061-.44H4.5A2.25 2.25 0 0 0 2.25 6v12a2.25 2.25 0 0 0 2.25 2.25h15A2.25 2.25 0 0 0 21.75 18V9a2.25 2.25 0 0 0-2.25-2.25h-5.379a1.5 1.5 0 0 1-1.06-.44Z"];

function grow(flat) {
  const root = element("ul", { role: "tree", "aria-label": "Files", ...(view && { "hx-target": "#file-view" }) });
  const folders = new Map([["", root]]);
  for (const link of flat.querySelectorAll("a[data-path]")) leaf(link, folders);
  flat.replaceWith(root);
  const first = root.querySelector('[aria-selected="true"]') ?? root.querySelector('[role="treeitem"]');
  if (first) first.tabIndex = 0;
  window.htmx?.process(root);
  narrow();
}

function leaf(link, folders) {
  const path = link.dataset.path;
  const cut = path.lastIndexOf("/");
  const item = element("li", { role: "treeitem", tabindex: "-1", "data-path": path });
  link.querySelector(".clip").textContent = path.slice(cut + 1);
  link.title = path;
  link.tabIndex = -1;
  item.append(link);
  if (path === current) item.setAttribute("aria-selected", "true");
  folderOf(path.slice(0, Math.max(0, cut)), folders).append(item);
}

function folderOf(path, folders) {
  const known = folders.get(path);
  if (known) return known;
  const cut = path.lastIndexOf("/");
  const item = element("li", { role: "treeitem", tabindex: "-1", "aria-expanded": String(!shut.has(path)), "data-folder": path });
  const node = element("span", { class: "node" });
  const name = element("span", { class: "clip" });
  name.textContent = path.slice(cut + 1);
  node.append(icon(), name);
  const inside = element("ul", { role: "group" });
  item.append(node, inside);
  const parent = folderOf(path.slice(0, Math.max(0, cut)), folders);
  parent.insertBefore(item, parent.querySelector(":scope > [data-path]"));
  folders.set(path, inside);
  return inside;
}

function element(name, attributes) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function icon() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({ class: "icon", viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "aria-hidden": "true" })) svg.setAttribute(key, value);
  for (const d of FOLDER) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", d);
    path.setAttribute("stroke-linejoin", "round");
    svg.append(path);
  }
  return svg;
}

function turn(item, isOpen) {
  item.setAttribute("aria-expanded", String(isOpen));
  if (isOpen) shut.delete(item.dataset.folder);
  else shut.add(item.dataset.folder);
}

function stand(item) {
  if (!item) return;
  for (const other of list.querySelectorAll('[role="treeitem"]')) other.tabIndex = other === item ? 0 : -1;
  item.focus();
}

function mark(path) {
  current = path;
  for (const item of list.querySelectorAll("[data-path][role]")) {
    if (item.dataset.path === path) item.setAttribute("aria-selected", "true");
    else item.removeAttribute("aria-selected");
  }
}

function narrow() {
  const wanted = (filter?.value ?? "").trim().toLowerCase();
  for (const item of list.querySelectorAll("li[data-path]")) item.hidden = !item.dataset.path.toLowerCase().includes(wanted);
  for (const folder of [...list.querySelectorAll("li[data-folder]")].reverse()) {
    folder.hidden = !folder.querySelector("li[data-path]:not([hidden])");
    if (wanted) folder.setAttribute("aria-expanded", "true");
  }
}

function walk(event) {
  const item = event.target.closest('[role="treeitem"]');
  if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
  const shown = [...list.querySelectorAll('[role="treeitem"]')].filter((other) => other.checkVisibility());
  const at = shown.indexOf(item);
  const isOpen = item.getAttribute("aria-expanded");
  const acts = {
    ArrowDown: () => stand(shown[at + 1]),
    ArrowUp: () => stand(shown[at - 1]),
    Home: () => stand(shown[0]),
    End: () => stand(shown.at(-1)),
    ArrowRight: () => (isOpen === "false" ? turn(item, true) : isOpen && stand(shown[at + 1])),
    ArrowLeft: () => (isOpen === "true" ? turn(item, false) : stand(item.parentElement.closest('[role="treeitem"]'))),
    Enter: () => (isOpen ? turn(item, isOpen === "false") : item.querySelector("a").click()),
  };
  if (!acts[event.key]) return;
  event.preventDefault();
  acts[event.key]();
}

if (list) {
  const start = () => {
    const flat = list.querySelector("[data-tree]");
    if (flat) grow(flat);
  };
  start();
  list.addEventListener("htmx:afterSwap", start);
  list.addEventListener("keydown", walk);
  list.addEventListener("click", (event) => {
    const folder = event.target.closest(".node")?.parentElement;
    if (folder?.dataset.folder !== undefined) turn(folder, folder.getAttribute("aria-expanded") === "false");
  });
  filter?.addEventListener("input", narrow);
  // Whoever asked for it, the file in view is the one marked; when it changes on the server it is fetched again.
  view?.addEventListener("htmx:afterSwap", () => mark(view.querySelector("[data-shown]")?.dataset.shown ?? ""));
  document.addEventListener("djinn:placed", (event) => {
    const card = event.target;
    if (!card.matches("[data-files-changed]")) return;
    window.htmx?.trigger(document.body, "files-changed");
    const link = card.querySelector("a.path");
    const shown = view?.querySelector("[data-address]")?.dataset.address;
    if (link && card.dataset.path === current) window.htmx?.ajax("GET", link.getAttribute("href"), { target: view });
    // A version may be anybody's work: it names no file, so what is in view is looked at again.
    else if (!link && shown) window.htmx?.ajax("GET", shown, { target: view });
  });
}
