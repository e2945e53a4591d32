// A driver made of rules, as JSON: which page is which, and what a person does there. README.md describes the format.

/** @param rules {pages: [{kind, url?, text?, fields?, press?, fill?, decline?}]} */
export function rulesDriver(rules) {
  const pages = rules.pages.map((rule) => ({
    ...rule,
    url: rule.url === undefined ? undefined : new RegExp(rule.url),
    text: rule.text === undefined ? undefined : new RegExp(rule.text, 'i'),
  }));
  return {
    async step(page, browser) {
      for (const rule of pages) {
        if (rule.url && !rule.url.test(page.url.href)) continue;
        if (rule.text && !rule.text.test(page.text)) continue;
        const form = page.forms.find((candidate) => formFits(rule, candidate));
        if (!form) continue;
        if (browser.memory.declines && rule.decline) return declined(page, rule);
        const button = buttonOf(rule, form);
        const pressed = button?.name ? { [button.name]: button.value ?? '' } : {};
        return { kind: rule.kind, answer: await browser.submit(page, form, { ...pressed, ...rule.fill }) };
      }
      return undefined;
    },
  };
}

/** A link that says no. */
function declined(page, { kind, decline }) {
  const link = page.links.find(({ text }) => new RegExp(decline, 'i').test(text));
  if (!link) throw new Error(`the page has no link “${decline}”: ${page.describe()}`);
  return { kind, next: new URL(link.href, page.url) };
}

function formFits({ fields = {}, press }, form) {
  const same = Object.entries(fields).every(([name, value]) => form.fields[name] === value);
  return same && (press === undefined || buttonOf({ press }, form) !== undefined);
}

function buttonOf({ press }, form) {
  return press === undefined ? undefined : form.buttons.find(({ text }) => new RegExp(press, 'i').test(text));
}
