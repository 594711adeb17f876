// The kind of a key, which is all that is known of it after this: never which one it was.

const DELETE = ['Backspace', 'Delete'];
const NAVIGATION = [
  'ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'PageUp', 'PageDown',
];

/** Returns the letter of the class of a key event, or null for one that is no keystroke, such as Shift alone. */
export function classOf({ key, ctrlKey, metaKey, altKey }) {
  const isCharacter = [...key].length === 1;
  if (ctrlKey !== altKey || metaKey) { // AltGr is both, and types a character
    if (!isCharacter) return DELETE.includes(key) ? 'X' : NAVIGATION.includes(key) ? 'N' : null;
    if (altKey && !metaKey) return 'Y';
    return { z: 'U', v: 'P' }[key.toLowerCase()] ?? 'C';
  }
  if (key === ' ') return 'S';
  if (key === 'Enter') return 'E';
  if (DELETE.includes(key)) return 'X';
  if (NAVIGATION.includes(key)) return 'N';
  if (!isCharacter) return null;
  return /\p{L}/u.test(key) ? 'L' : /\p{N}/u.test(key) ? 'D' : 'Y';
}
