// As much of HTML as a browser without scripts needs to press a button: forms, their fields, the visible text.

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

export function decodeEntities(text) {
  return text.replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, name) => {
    if (name[0] !== '#') return entities[name.toLowerCase()] ?? whole;
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

function attributesOf(tag) {
  const attributes = {};
  for (const [, name, , double, single, bare] of tag.matchAll(
    /([\w:.-]+)(\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g,
  )) {
    attributes[name.toLowerCase()] ??= decodeEntities(double ?? single ?? bare ?? '');
  }
  return attributes;
}

/**
 * The page's forms: {id, method, action, fields, buttons}. `fields` maps the names that are submitted as they stand to
 * their values; `buttons` lists {name, value, text}. A button outside of its form (`form="id"`) counts for it.
 */
export function formsOf(html) {
  const body = html.replace(/<!--[\s\S]*?-->/g, '');
  const forms = [...body.matchAll(/<form\b([^>]*)>([\s\S]*?)(?:<\/form>|$)/gi)].map(([, tag, content]) => {
    const { id, method, action } = attributesOf(tag);
    return { id, method: (method || 'get').toUpperCase(), action: action ?? '', ...controlsOf(content) };
  });
  for (const button of buttonsOf(body)) {
    if (button.form !== undefined) forms.find((form) => form.id === button.form)?.buttons.push(button);
  }
  return forms;
}

function controlsOf(content) {
  const fields = {};
  for (const [, tag] of content.matchAll(/<input\b([^>]*)>/gi)) {
    const { type = 'text', name, value = '', ...rest } = attributesOf(tag);
    if (!name || ['submit', 'button', 'image', 'reset'].includes(type)) continue;
    if (['checkbox', 'radio'].includes(type) && !('checked' in rest)) continue;
    fields[name] = value;
  }
  return { fields, buttons: buttonsOf(content).filter((button) => button.form === undefined) };
}

function buttonsOf(content) {
  const buttons = [...content.matchAll(/<button\b([^>]*)>([\s\S]*?)<\/button>/gi)].map(([, tag, text]) => ({
    ...attributesOf(tag),
    text: textOf(text),
  }));
  for (const [, tag] of content.matchAll(/<input\b([^>]*type=["']?submit[^>]*)>/gi)) {
    const attributes = attributesOf(tag);
    buttons.push({ ...attributes, text: attributes.value ?? '' });
  }
  return buttons.map(({ name, value, form, text }) => ({ name, value, form, text }));
}

/** The page's links: {href, text}. */
export function linksOf(html) {
  return [...html.matchAll(/<a\b([^>]*)>([\s\S]*?)<\/a>/gi)].map(([, tag, text]) => ({
    href: attributesOf(tag).href ?? '',
    text: textOf(text),
  }));
}

/** True when the page's own script submits a form at once: the form_post response mode and relatives. */
export function submitsItself(html) {
  return (
    /<script\b[^>]*>[\s\S]*?\.submit\(\s*\)[\s\S]*?<\/script>/i.test(html) ||
    /<body\b[^>]*\bonload=[^>]*submit\(/i.test(html)
  );
}

/** What a person would read, in one line. */
export function textOf(html) {
  const visible = html.replace(/<(script|style|head)\b[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ');
  return decodeEntities(visible).replace(/\s+/g, ' ').trim();
}
