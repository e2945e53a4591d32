/** Calls `work` when nobody has asked for it for a moment: after the last letter, not after each. */
export function debounced(work: () => unknown, ms = 250): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, ms);
  };
}
