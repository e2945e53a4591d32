// The embedding page may speak as soon as the frame has loaded, which can be before everything here is ready: its
// messages wait. Only those of the embedding window count.
const mostEarly = 100;

let deliver: ((message: MessageEvent) => void) | undefined;
const early: MessageEvent[] = [];

addEventListener('message', (message) => {
  if (message.source !== window.parent) return;
  if (deliver) deliver(message);
  else if (early.length < mostEarly) early.push(message);
});

/** From now on every message goes to `to`, those that waited first. */
export function openInbox(to: (message: MessageEvent) => void): void {
  deliver = to;
  early.splice(0).forEach(to);
}
