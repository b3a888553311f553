import { notTogether } from './events.errors.js';

/** Where a page begins; at most one is given, none means the first page. */
const beginnings = ['offset', 'cursor', 'at_time', 'at_block'] as const;
type Beginnings = Partial<Readonly<Record<(typeof beginnings)[number], string | number | undefined>>>;

/** Throws 400 for the second beginning of a query. */
export function assertOneBeginning(query: Beginnings): void {
  const [first, second] = beginnings.filter((name) => query[name] !== undefined);
  if (first !== undefined && second !== undefined) throw notTogether(second, first);
}
