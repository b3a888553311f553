import type { Unit } from './figures.js';

/** For a person: three digits that matter, in a unit of its size. */
export function figureText(unit: Unit, value: number): string {
  switch (unit) {
    case 'ms':
      return value >= 1000 ? `${digits(value / 1000)} s` : `${digits(value)} ms`;
    case 'bytes':
      return value >= 1e9 ? `${digits(value / 1e9)} GB` : `${digits(value / 1e6)} MB`;
    case 'per_second':
      return `${digits(value)} qps`;
    case 'ratio':
      return `${digits(value * 100)} %`;
    case 'count':
      return digits(value);
  }
}

/** One text where both are the same to three digits. */
export function rangeText(unit: Unit, low: number, high: number): string {
  const [from, to] = [figureText(unit, low), figureText(unit, high)];
  return from === to ? from : `${from} – ${to}`;
}

const digits = (value: number) => String(Number(value.toPrecision(3)));
