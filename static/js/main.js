// Everything starts itself; a page without the elements costs a query each.
import "./theme.js";
import "./elapsed.js";
import "./menus.js";
import "./tabs.js";
import "./panes.js";
import "./splitter.js";
import "./preview.js";
import "./tree.js";
import "./wish.js";
import "./keys.js";
import "./scroll.js";
import "./progress.js";
import "./acts.js";
import "./copy.js";
import "./faults.js";
import "./live.js";
