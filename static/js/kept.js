// What this browser remembers. Refused storage is no error: nothing is remembered then.
export function get(name) {
  try {
    return localStorage.getItem(`djinn.${name}`);
  } catch {
    return null;
  }
}

export function set(name, value) {
  try {
    localStorage.setItem(`djinn.${name}`, value);
  } catch {
    // Forgotten when the page closes.
  }
}
