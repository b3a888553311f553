import { withSession as withPlainSession, type Query } from '../server/session.js';

export type { Query } from '../server/session.js';

// A migration drops indexes that nobody scans, and the bench is not to be somebody.
const withoutIndexScans = `SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off`;

/** A session of its own, in UTC, closed afterwards. */
export const withSession = <T>(databaseUrl: string, work: (query: Query) => Promise<T>): Promise<T> =>
  withPlainSession(databaseUrl, work, withoutIndexScans);
