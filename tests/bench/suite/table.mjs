// Figures as text.

export const number = (value, digits = 0) =>
  value === undefined || value === null
    ? ''
    : value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** Columns as wide as their widest cell: the first to the left, the others to the right. */
export function table(header, rows) {
  const all = [header, ...rows].map((row) => row.map(String));
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  ');
  return [line(all[0]), widths.map((width) => '-'.repeat(width)).join('  '), ...all.slice(1).map(line)].join('\n');
}

/** "✓ 8,000" when the figure reaches the target, "✗ 8,000" when not, nothing when there is no target. */
export function verdict(value, { min, max }) {
  if (min !== undefined) return `${value >= min ? '✓' : '✗'} ≥ ${number(min)}`;
  if (max !== undefined) return `${value <= max ? '✓' : '✗'} ≤ ${number(max)}`;
  return '';
}
