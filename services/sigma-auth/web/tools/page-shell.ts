import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { Plugin } from 'vite';

const keys = 'Your keys are made and kept in this browser and never travel to the server.';

/** What a page's file says: head elements, then what stands in the page until a script takes over. */
interface Page {
  head: string;
  body: string;
}

function split(text: string): Page {
  const at = text.search(/^<body>/m);
  return at < 0 ? { head: text, body: '' } : { head: text.slice(0, at), body: text.slice(at + '<body>'.length) };
}

/**
 * Wraps the fragment of each *.html below `root` in what all pages share (../src/shell.html). Templates, which the server fills, are
 * in `templateLanguage`; other pages begin in English. A page without a <body> is made by its
 * script, and says src/without-script.html until then; <meta name="without-script"> names what cannot be done without one.
 */
export function pageShell(root: string, templateLanguage: string): Plugin {
  const shell = readFileSync(resolve(import.meta.dirname, '../src/shell.html'), 'utf8');
  const withoutScript = readFileSync(resolve(root, 'src/without-script.html'), 'utf8').trim();
  return {
    name: 'page-shell',
    transformIndexHtml: {
      order: 'pre',
      handler(fragment, { filename }) {
        const reason = /<meta name="without-script" content="([^"]*)" \/>\n?/.exec(fragment);
        const { head, body } = split(fragment.replace(reason?.[0] ?? '', ''));
        const src = `${relative(dirname(filename), root) || '.'}/src`;
        const language = body.includes('{{') ? templateLanguage : 'en';
        return shell
          .replace('%language%', language)
          .replaceAll('%src%', src)
          .replace('%head%', () => head.trim())
          .replace('%body%', () => body.trim() || withoutScript.replace('%reason%', reason?.[1] ?? keys));
      },
    },
  };
}
