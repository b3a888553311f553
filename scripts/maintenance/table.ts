type Cell = string | number | boolean | null;

/** Rows in columns, numbers to the right, with a head; one line when there are none. */
export function table(rows: readonly Readonly<Record<string, Cell>>[], empty: string): string[] {
  const [first] = rows;
  if (first === undefined) return [empty];
  const names = Object.keys(first);
  const texts = [
    names.map((name) => name.toUpperCase()),
    ...rows.map((row) => names.map((name) => text(row[name]))),
  ];
  const widths = names.map((_, column) => Math.max(...texts.map((line) => line[column]?.length ?? 0)));
  const isNumeric = names.map((name) =>
    rows.every((row) => typeof row[name] === 'number' || row[name] === null),
  );
  return texts.map((line) =>
    line
      .map((cell, column) =>
        isNumeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

function text(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return '-';
  if (typeof cell === 'number')
    return Number.isInteger(cell) ? cell.toLocaleString('en-US') : cell.toFixed(2);
  return String(cell);
}

/** RFC 3339 without the part below a second. */
export const shortTime = (time: string | null) => time && time.replace(/(\.\d+)?Z$/, 'Z');

const units = ['B', 'kB', 'MB', 'GB', 'TB'];

export function bytes(count: number): string {
  const power = count < 1024 ? 0 : Math.min(Math.floor(Math.log2(count) / 10), units.length - 1);
  return `${(count / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power] ?? ''}`;
}

export function duration(ms: number | null): string | null {
  if (ms === null) return null;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 600_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`;
}
