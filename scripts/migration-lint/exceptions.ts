/** A finding that is right about one query and wrong about what it means here. */
export interface Exception {
  migration: string;
  rule: string;
  /** A part of the query that no other query of the migration has. */
  query: string;
  reason: string;
}

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
