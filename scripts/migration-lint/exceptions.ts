/** A finding that is right about one query and wrong about what it means here. */
export interface Exception {
  migration: string;
  rule: string;
  /** A part of the query that no other query of the migration has. */
  query: string;
  reason: string;
}

/** The tables of the rollups: what is a smallint there counts nothing. */
const smallNumbers = (table: string, reason: string): Exception => ({
  migration: 'CreateStatisticsRollups1764310000000',
  rule: 'prefer-bigint-over-smallint',
  query: `CREATE TABLE public.${table} (`,
  reason,
});
const kinds = 'kind is one of four, in a row that is there a million times';

/** Reported themselves when they match nothing any more. */
export const exceptions: readonly Exception[] = [
  {
    migration: 'AdoptEthhookSchema1764000000000',
    rule: 'lock-table',
    query: 'LOCK TABLE public.delivery_attempts, public.events',
    reason: 'sent only when every table is empty, to look again that they are before they are dropped',
  },
  {
    migration: 'AdoptEthhookSchema1764000000000',
    rule: 'renaming-column',
    query: 'CREATE TABLE public.endpoints',
    reason: 'the column of an index on a table that the same query creates',
  },
  {
    migration: 'CreateUserRecentStats1764200000000',
    rule: 'require-concurrent-index-creation',
    query: 'ON public.user_recent_stats (user_id)',
    reason: 'the view is made by the same migration; squawk knows that of tables only',
  },
  smallNumbers('statistics_fine', kinds),
  smallNumbers('statistics_hours', kinds),
  smallNumbers('statistics_days', kinds),
  smallNumbers('statistics_totals', kinds),
  smallNumbers('statistics_durations', 'the bin of the longest duration that an integer holds is 953'),
  {
    migration: 'IndexAttemptsByEndpointAndTime1764320000000',
    rule: 'require-concurrent-index-creation',
    query: 'ON public.user_recent_stats (user_id)',
    reason: 'the view is made anew by the same transaction; squawk knows that of tables only',
  },
  {
    migration: 'KeepRemovedFigures1764530000000',
    rule: 'prefer-bigint-over-smallint',
    query: 'CREATE TABLE public.statistics_removed_durations (',
    reason: 'the bin of the longest duration that an integer holds is 953',
  },
  ...['hours', 'days', 'totals'].map((name) => ({
    migration: 'KeepRemovedFigures1764530000000',
    rule: 'whole-table-write',
    query: `DELETE FROM public.statistics_${name} WHERE kind = 4`,
    reason: 'a way back; the fold alone writes the table, and it is retried after a lock time-out',
  })),
];

export interface KnownIndex {
  index: string;
  reason: string;
}

const ethhooks = 'made by EthHook beside the UNIQUE constraint that has the same columns: not ours to drop';

/** Redundant, and to stay. */
export const knownRedundantIndexes: readonly KnownIndex[] = [
  { index: 'idx_users_email', reason: ethhooks },
  { index: 'idx_users_api_key_hash', reason: ethhooks },
  { index: 'idx_usage_records_user_month', reason: ethhooks },
];
