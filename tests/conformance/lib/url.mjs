/** URL.parse, which Node.js has since 22 only. */
export function parseUrl(text) {
  return typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined;
}
