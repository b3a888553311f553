import type { ObjectsReadModel } from './objects.read-model.js';
import { series } from './series.js';

/** Ids a day; null: not watched for long enough. */
export interface IdRates {
  transactions: number | null;
  multixacts: number | null;
}

const WATCHED_HOURS = 14 * 24;
const MIN_HOURS = 6;

export async function idRates(objects: ObjectsReadModel): Promise<IdRates> {
  const sums = await objects.sums([series.transactions, series.multixacts], WATCHED_HOURS);
  const rateOf = (name: string) => {
    const found = sums.find((row) => row.series === name);
    return found === undefined || found.hours < MIN_HOURS ? null : (24 * found.sum) / found.hours;
  };
  return { transactions: rateOf(series.transactions), multixacts: rateOf(series.multixacts) };
}
