// A bar chart of what measurePeers() found, for the documentation: no library, no script, dark and light.
const colors = { 'sigma-auth': '#e8820c', 'oidc-provider': '#5b7fa6', 'better-auth': '#8a8f98' };
const rowHeight = 64;
const left = 310;
const width = 920;

/** @returns {string} an SVG; rates on a logarithmic axis, because they are two orders of magnitude apart */
export function chartOf({ results }) {
  const most = Math.max(...results.flatMap(({ servers }) => Object.values(servers).map((each) => each.perSecond ?? 1)));
  const scale = (value) => (Math.log10(Math.max(value, 1)) / Math.log10(most)) * (width - left - 90);
  const bars = results.map(({ label, servers }, row) => {
    const y = 44 + row * rowHeight;
    const lines = Object.keys(colors).map((name, index) => {
      const rate = servers[name]?.perSecond;
      if (!rate) return '';
      const top = y + index * 17;
      const shown = Math.round(rate).toLocaleString('en-US');
      return (
        `<rect x="${left}" y="${top}" width="${scale(rate).toFixed(1)}" height="13" rx="2" fill="${colors[name]}"/>` +
        `<text x="${(left + scale(rate) + 6).toFixed(1)}" y="${top + 11}">${shown}</text>`
      );
    });
    return `<text x="${left - 12}" y="${y + 28}" text-anchor="end">${label}</text>${lines.join('')}`;
  });
  const legend = Object.entries(colors).map(
    ([name, color], index) =>
      `<rect x="${left + index * 150}" y="12" width="13" height="13" rx="2" fill="${color}"/>` +
      `<text x="${left + index * 150 + 20}" y="23">${name}</text>`,
  );
  const height = 50 + results.length * rowHeight;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" ` +
    `aria-label="Operations per second on a logarithmic axis">\n<style>text{font:13px system-ui,sans-serif;fill:#24292f}` +
    `@media(prefers-color-scheme:dark){text{fill:#d0d7de}}</style>\n${legend.join('\n')}\n${bars.join('\n')}\n</svg>\n`
  );
}
