import { badValue } from './configuration.errors.js';
import type { Facts } from './facts.js';
import type { Formula } from './formula.js';
import type { SettingRow } from './queries/list-settings.sql.js';
import { inUnit, memory } from './setting-values.js';

/** A value given by hand, as it is to be set. Throws 400 with what is allowed. */
export function checkValue(text: string, row: SettingRow, { bounds, only }: Formula, facts: Facts): string {
  const value = text.trim();
  if (row.type === 'bool') return oneOf(value, only ?? ['on', 'off']);
  if (row.type === 'enum') return oneOf(value, row.choices ?? []);
  const number = inUnit(value, row.unit);
  if (number === null)
    throw badValue(`It must be a number${row.unit === null ? '' : ', such as 512MB or 30s'}`);
  if (row.type === 'integer' && row.unit === null && !Number.isInteger(number))
    throw badValue('It must be a whole number');
  const { least, most } = bounds?.(facts) ?? {};
  const [lower, upper] = [row.min ?? -Infinity, row.max ?? Infinity];
  if (number < lower || number > upper)
    throw badValue(`It must be from ${lower} to ${upper} ${row.unit ?? ''}`.trim());
  // Bytes in the setting's own unit; a plain number is itself.
  const own = (bound: number) => (row.unit === null ? bound : (inUnit(`${bound}B`, row.unit) ?? bound));
  const shown = (bound: number) =>
    row.unit === null ? String(bound) : memory(Math.floor(bound / 2 ** 20) * 2 ** 20);
  if (most !== undefined && number > own(most))
    throw badValue(`It must be at most ${shown(most)} on this machine`);
  if (least !== undefined && number < own(least)) throw badValue(`It must be at least ${shown(least)} here`);
  return value;
}

function oneOf(value: string, choices: readonly string[]): string {
  const found = choices.find((choice) => choice === value.toLowerCase());
  if (found === undefined) throw badValue(`It must be one of ${choices.join(', ')}`);
  return found;
}
