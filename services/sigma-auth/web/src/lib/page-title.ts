/** What tabs, history and screen readers call the page: what it shows now, in the person's language. */
export function titlePage(heading: string): void {
  document.title = `${heading.trim()} · Sigma Auth`;
}
