/** Offers text as a file. The bytes never leave the browser. */
export function download(fileName: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }));
  const link = Object.assign(document.createElement('a'), { href: address, download: fileName });
  link.click();
  // The browser has taken the bytes once its download has begun.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** A file name that tells backups apart: `sigma-ada-2026-01-31.bep`. */
export function backupName(name: string, now: Date): string {
  const plain = name.normalize('NFKD').replace(/[^\w]+/g, '-').replace(/^-+|-+$/g, '').toLowerCase().slice(0, 30);
  return ['sigma', plain, now.toISOString().slice(0, 10)].filter(Boolean).join('-') + '.bep';
}
