/** Of PostgreSQL's units of memory and time, in bytes and ms. */
const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 2 ** 10,
  MB: 2 ** 20,
  GB: 2 ** 30,
  TB: 2 ** 40,
  us: 0.001,
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** pg_settings writes `8kB` and `16MB` too. */
function unitSize(unit: string): number | undefined {
  const [, times = '', name = ''] = /^(\d*)([A-Za-z]+)$/.exec(unit) ?? [];
  const size = UNITS[name];
  return size === undefined ? undefined : size * Number(times || '1');
}

/**
 * A numeric setting in the unit that pg_settings counts it in: `2GB` of `8kB` is 262144. null: it is no number of that
 * kind of unit.
 */
export function inUnit(text: string, unit: string | null): number | null {
  const [, number = '', given = ''] = /^(-?\d+(?:\.\d+)?) ?([A-Za-z]*)$/.exec(text.trim()) ?? [];
  if (number === '') return null;
  if (given === '') return Number(number);
  const [from, to] = [UNITS[given], unit === null ? undefined : unitSize(unit)];
  const isMemory = (name: string) => name.endsWith('B');
  if (from === undefined || to === undefined || unit === null || isMemory(given) !== isMemory(unit))
    return null;
  return (Number(number) * from) / to;
}

/** Bytes as PostgreSQL writes them: in the largest unit in which they are whole. */
export function memory(bytes: number): string {
  const unit = ['TB', 'GB', 'MB', 'kB'].find((name) => bytes % (UNITS[name] ?? 1) === 0) ?? 'B';
  return `${bytes / (UNITS[unit] ?? 1)}${unit}`;
}

/** A number of pg_settings in its unit, for a person; other settings as they are. */
export function readable(setting: string, unit: string | null): string {
  const size = unit === null ? undefined : unitSize(unit);
  const value = Number(setting);
  if (size === undefined || unit === null || value <= 0) return setting;
  return unit.endsWith('B') ? memory(value * size) : `${value * (size === UNITS[unit] ? 1 : size)}${unit}`;
}

/** Whether two texts of a setting mean the same to PostgreSQL. */
export function isSame(a: string, b: string, unit: string | null): boolean {
  if (a === b) return true;
  const [x, y] = [inUnit(a, unit), inUnit(b, unit)];
  if (x !== null && y !== null) return Math.abs(x - y) < 1e-9 * Math.max(1, Math.abs(x));
  return canonical(a) === canonical(b);
}

const BOOLEANS: Readonly<Record<string, string>> = { true: 'on', yes: 'on', false: 'off', no: 'off' };
const canonical = (text: string) => {
  const lower = text.toLowerCase().replaceAll(/[\s"]/g, '');
  return BOOLEANS[lower] ?? lower;
};

/** `a, "b"` of a setting that is a list. */
export const listItems = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim().replace(/^"(.*)"$/, '$1'))
    .filter((item) => item !== '');

/** As PostgreSQL reads it with standard_conforming_strings, which is its default. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
