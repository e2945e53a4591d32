import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { Plugin } from 'vite';

const root = resolve(import.meta.dirname, '..');
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

function withoutScript(reason: string): string {
  return `<noscript>
        <main class="card">
          <h1>JavaScript is switched off</h1>
          <p>
            ${reason} That work is done by JavaScript, so this page needs it. Please switch it on for this site and load the
            page again.
          </p>
        </main>
      </noscript>`;
}

/**
 * Wraps the fragment of each *.html in what all pages share (src/shell.html). A page without a <body> is made by its
 * script; <meta name="without-script"> says what cannot be done without one.
 */
export function pageShell(): Plugin {
  const shell = readFileSync(resolve(root, 'src/shell.html'), 'utf8');
  return {
    name: 'page-shell',
    transformIndexHtml: {
      order: 'pre',
      handler(fragment, { filename }) {
        const reason = /<meta name="without-script" content="([^"]*)" \/>\n?/.exec(fragment);
        const { head, body } = split(fragment.replace(reason?.[0] ?? '', ''));
        const src = `${relative(dirname(filename), root) || '.'}/src`;
        const language = body.includes('{{') ? '{{language}}' : 'en';
        return shell
          .replace('%language%', language)
          .replaceAll('%src%', src)
          .replace('%head%', () => head.trim())
          .replace('%body%', () => body.trim() || withoutScript(reason?.[1] ?? keys));
      },
    },
  };
}
