// What tabs, history and screen readers call the page: what waits, what it shows now, and whose page it is, as the document
// was called when it came.
const house = document.title.split(' · ').at(-1) || 'Sigma Auth';
let shown = '';
let waiting = 0;

function show(): void {
  document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${shown ? `${shown} · ` : ''}${house}`;
}

/** By its heading, in the person's language. */
export function titlePage(heading: string): void {
  shown = heading.trim();
  show();
}

/** How many questions wait for an answer; a tab that nobody looks at tells it, too. */
export function titleWaiting(count: number): void {
  waiting = count;
  show();
}
