import { describe, expect, test } from 'vitest';
import { ownPicture, pictureOf } from '../src/lib/picture';

describe('pictures of identities', () => {
  test('the derived one belongs to its id', () => {
    expect(pictureOf('a')).toEqual(pictureOf('a'));
    expect(pictureOf('a')).not.toEqual(pictureOf('b'));
  });

  test('case 64: only an image that came with the profile is shown, and only if it is one', () => {
    const image = 'data:image/png;base64,iVBORw0KGgo=';
    expect(ownPicture(image)).toBe(image);
    for (const other of [
      undefined,
      '',
      'https://images.example.com/a.png',
      'javascript:alert(1)',
      'data:text/html;base64,PHNjcmlwdD4=',
      'data:image/svg+xml;base64,PHN2Zz4=',
      'data:image/png;base64,"><script>',
      ` ${image}`,
    ]) {
      expect(ownPicture(other)).toBeUndefined();
    }
  });
});
