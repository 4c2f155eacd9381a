// The terminal writes its styles into <style> elements and style attributes, which our policy forbids. In its bundle, and
// there alone, `document` is one that makes both by way of the object model, which is allowed: adopted style sheets, and
// `style.cssText`.
const real = globalThis.document;

function makeSheet() {
  const sheet = new CSSStyleSheet();
  real.adoptedStyleSheets.push(sheet);
  const standIn = real.createElement("span");
  standIn.hidden = true;
  Object.defineProperty(standIn, "textContent", { set: (css) => sheet.replaceSync(css), get: () => "" });
  standIn.remove = () => {
    real.adoptedStyleSheets = real.adoptedStyleSheets.filter((one) => one !== sheet);
    Element.prototype.remove.call(standIn);
  };
  return standIn;
}

function makeElement(name, ...more) {
  if (name === "style") return makeSheet();
  const element = real.createElement(name, ...more);
  element.setAttribute = (attribute, value) => {
    if (attribute === "style") element.style.cssText = value;
    else Element.prototype.setAttribute.call(element, attribute, value);
  };
  return element;
}

const quietDocument = new Proxy(real, {
  get(target, property) {
    if (property === "createElement") return makeElement;
    const value = Reflect.get(target, property, target);
    return typeof value === "function" ? value.bind(target) : value;
  },
  set: (target, property, value) => Reflect.set(target, property, value, target),
});

export { quietDocument, quietDocument as document, quietDocument as "window.document" };
