/** The text with every letter in the other case; never the text itself. */
export function swapCase(text) {
  const swapped = [...text].map((c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join('');
  return swapped === text ? `${text}x` : swapped;
}
