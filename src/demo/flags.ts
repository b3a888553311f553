import { parseArgs } from 'node:util';

/** A command line that cannot be run; the message names the flag and what it takes. */
export class FlagError extends Error {}

/** Reads one flag's text; throws FlagError. */
export type Flag<T> = (text: string | undefined, name: string) => T;

/** A whole number in [low, high]; `fallback` when the flag is not given, an error when there is none. */
export function wholeNumber(low: number, high: number, fallback?: number): Flag<number> {
  return (text, name) => {
    if (text === undefined && fallback !== undefined) return fallback;
    const value = text !== undefined && /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= low && value <= high) return value;
    const given = text === undefined ? 'is missing' : `is ${JSON.stringify(text)}`;
    throw new FlagError(`--${name} ${given}: it takes a whole number from ${low} to ${high}`);
  };
}

/** RFC 3339 with an offset, or a date alone (midnight UTC): local time would differ from machine to machine. */
export function instant(low: Date, high: Date, fallback: Date): Flag<Date> {
  return (text, name) => {
    if (text === undefined) return fallback;
    const isComplete = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
    const value = isComplete ? new Date(text) : new Date(NaN);
    if (value >= low && value <= high) return value;
    const bounds = `${low.toISOString().slice(0, 10)} to ${high.toISOString().slice(0, 10)}`;
    throw new FlagError(
      `--${name} is ${JSON.stringify(text)}: it takes a time from ${bounds}, like 2026-01-31T12:00:00Z`,
    );
  };
}

export function optionalText(minLength: number): Flag<string | undefined> {
  return (text, name) => {
    if (text === undefined || text.length >= minLength) return text;
    throw new FlagError(`--${name} takes at least ${minLength} characters`);
  };
}

export const optionalId: Flag<string | undefined> = (text, name) => {
  if (text === undefined || /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text;
  throw new FlagError(`--${name} is ${JSON.stringify(text)}: it takes a UUID`);
};

/** There or not: takes no value. */
export const toggle: Flag<boolean> = (text) => text !== undefined;

const units: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9, TB: 1e12 };

/** Bytes, as 500MB, 20GB or 1.5TB; null when the flag is not given. */
export const byteSize: Flag<number | null> = (text, name) => {
  if (text === undefined) return null;
  const [, amount, unit] = /^(\d{1,6}(?:\.\d{1,3})?)(MB|GB|TB)$/.exec(text) ?? [];
  const factor = units[unit ?? ''];
  if (factor === undefined)
    throw new FlagError(`--${name} is ${JSON.stringify(text)}: it takes a size like 500MB or 20GB`);
  return Number(amount) * factor;
};

/** null when help is asked for. Throws FlagError for the first flag that is unknown or wrong. */
export function readFlags<Flags extends Record<string, Flag<unknown>>>(
  args: readonly string[],
  flags: Flags,
): { [Name in keyof Flags]: ReturnType<Flags[Name]> } | null {
  const names = Object.keys(flags);
  const typeOf = (name: string) => (flags[name] === toggle ? ('boolean' as const) : ('string' as const));
  const options = Object.fromEntries(names.map((name) => [name, { type: typeOf(name) }]));
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { ...options, help: { type: 'boolean', short: 'h' } },
    strict: false,
  });
  if (values.help) return null;
  const known = names.map((name) => `--${name}`).join(', ');
  const unknown = Object.keys(values).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new FlagError(`--${unknown} is unknown: there are ${known}`);
  if (positionals[0] !== undefined)
    throw new FlagError(`${positionals[0]} is not a flag: there are ${known}`);
  const read = names.map((name) => {
    const text = values[name];
    const takesNone = flags[name] === toggle;
    if (takesNone && typeof text === 'string') throw new FlagError(`--${name} takes no value`);
    if (!takesNone && typeof text === 'boolean') throw new FlagError(`--${name} has no value`);
    return [name, flags[name]?.(text === undefined ? undefined : String(text), name)];
  });
  return Object.fromEntries(read) as { [Name in keyof Flags]: ReturnType<Flags[Name]> };
}
