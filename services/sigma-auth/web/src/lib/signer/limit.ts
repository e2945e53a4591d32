/** A bucket of `size` requests that refills by `perSecond`: bursts are fine, floods are not. */
export function bucket(size: number, perSecond: number, start: number): (now: number) => boolean {
  let left = size;
  let last = start;
  return (now) => {
    left = Math.min(size, left + (Math.max(0, now - last) / 1000) * perSecond);
    last = now;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
