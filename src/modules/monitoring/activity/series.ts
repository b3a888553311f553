/** What the collector of activity samples, as Prometheus names it; of objects where it says so, else of the server. */
export const activitySeries = [
  'database_cache_hit_blocks',
  'database_cache_read_blocks',
  'database_commits_per_second',
  'database_rollbacks_per_second',
  'database_temp_bytes',
  'database_deadlocks',
  'database_tuples_returned_per_second',
  'database_tuples_fetched_per_second',
  'database_tuples_inserted_per_second',
  'database_tuples_updated_per_second',
  'database_tuples_deleted_per_second',
  'database_cpu_ratio',
  'database_memory_bytes',
  'server_connections',
  'server_sessions_on_cpu',
  'server_sessions_waiting',
  'server_longest_transaction_seconds',
  'server_xmin_age_transactions',
  'server_checkpoints_timed',
  'server_checkpoints_requested',
  'server_wal_bytes_per_second',
  'standby_lag_bytes',
  'standby_lag_seconds',
  'slot_retained_bytes',
] as const;

export type ActivitySeries = (typeof activitySeries)[number];

export const HIT_RATIO = 'database_cache_hit_ratio';
export const HIT_BLOCKS: ActivitySeries = 'database_cache_hit_blocks';
export const READ_BLOCKS: ActivitySeries = 'database_cache_read_blocks';

/** What can be asked for: also what is reckoned from two of them. */
export const trendSeries = [...activitySeries, HIT_RATIO] as const;
export type TrendSeries = (typeof trendSeries)[number];
