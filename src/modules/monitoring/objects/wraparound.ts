import type { TableCare } from '../../maintenance/index.js';
import type { DatabaseAgeRow } from './objects.read-model.js';

/** PostgreSQL gives no id any more when so many are left. */
const LAST_IDS = 2 ** 31 - 3_000_000;

export interface Ages {
  transactions: number;
  multixacts: number;
  /** At which autovacuum comes, whatever else. */
  transactionsFreeze: number;
  multixactsFreeze: number;
}

export const agesOfTable = (table: TableCare): Ages => ({
  transactions: table.freezeAge,
  multixacts: table.multixactAge,
  transactionsFreeze: table.freezeMaxAge,
  multixactsFreeze: table.multixactFreezeMaxAge,
});

export const agesOfDatabase = (row: DatabaseAgeRow): Ages => ({
  transactions: row.age,
  multixacts: row.multixactAge,
  transactionsFreeze: row.freezeMaxAge,
  multixactsFreeze: row.multixactFreezeMaxAge,
});

/** Of the age at which autovacuum comes; the larger of both. */
export const freezeShare = (ages: Ages) =>
  Math.max(ages.transactions / ages.transactionsFreeze, ages.multixacts / ages.multixactsFreeze);

export const idsLeft = (age: number) => Math.max(0, LAST_IDS - age);

/** Ids a day, each with what is left; null: no rate is known, or it is so low that it does not matter. */
export function daysLeft(ages: Ages, perDay: { transactions: number | null; multixacts: number | null }) {
  const days = [
    daysOf(idsLeft(ages.transactions), perDay.transactions),
    daysOf(idsLeft(ages.multixacts), perDay.multixacts),
  ].filter((one) => one !== null);
  return days.length === 0 ? null : Math.min(...days);
}

const daysOf = (left: number, perDay: number | null) =>
  perDay === null || perDay <= 0 ? null : Math.floor(left / perDay);
