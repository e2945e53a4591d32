// A small picture that belongs to one identity: five columns, mirrored, as identicons are. It helps people to tell
// their identities apart; it is no proof of anything.

export interface Picture {
  colour: string;
  cells: { x: number; y: number }[];
}

/** FNV-1a, twice with different starts: 64 well spread bits are plenty for a picture. */
function bitsOf(text: string): number[] {
  return [0x811c9dc5, 0x01000193].map((start) => {
    let hash = start;
    for (const character of text) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
    return (hash ^ (hash >>> 15)) >>> 0;
  });
}

export function pictureOf(id: string): Picture {
  const [shape, tint] = bitsOf(id) as [number, number];
  const cells = [];
  for (let bit = 0; bit < 15; bit++) {
    if (((shape >>> bit) & 1) === 0) continue;
    const x = Math.floor(bit / 5);
    const y = bit % 5;
    cells.push({ x, y });
    if (x < 2) cells.push({ x: 4 - x, y });
  }
  return { colour: `hsl(${tint % 360} 55% 48%)`, cells };
}

/**
 * The picture that its owner published, if the page can show it without telling anybody: only images that came with the
 * profile itself. One at an https address would tell its server who is about to sign in where.
 */
export const ownPicture = (logo: string | undefined) =>
  logo && /^data:image\/(png|jpe?g|gif|webp|avif);base64,[A-Za-z0-9+/=]+$/.test(logo) ? logo : undefined;
