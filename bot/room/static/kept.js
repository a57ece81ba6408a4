// What this browser keeps for us.

// A browser that keeps nothing for us still lets people in for as long as the page is open.
const memory = new Map();

export function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return memory.get(key) ?? null;
  }
}

export function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    memory.set(key, value);
  }
}
