import { grouped } from '../../src/demo/progress-bar.js';

export const ms = (value: number) => (value < 10 ? value.toFixed(1) : grouped(value));
export const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0)} MiB`;
export const seconds = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} s`;

const cell = (text: string | number) => String(text).replaceAll('|', '\\|');

/** The columns as wide as prettier makes them: the page is checked like every other. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [head, ...rows].map((row) => row.map(cell));
  const widths = head.map((_, i) => Math.max(3, ...lines.map((row) => [...(row[i] ?? '')].length)));
  const pad = (text: string, width: number) => text + ' '.repeat(width - [...text].length);
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, i) => pad(row[i] ?? '', width)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(lines[0] ?? []), rule, ...lines.slice(1).map(line)].join('\n');
}
