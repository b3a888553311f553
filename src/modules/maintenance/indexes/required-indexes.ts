/**
 * What the server's own statements are planned with, and the reads of EthHook that rely on one of its own: never proposed,
 * and not dropped by us. All of them are in schema public; those that back a constraint or are unique need no entry.
 */
export const requiredIndexes: readonly string[] = [
  'deletions_unfinished_idx',
  'deletions_user_id_idx',
  'ethhook_admin_daily_changes_idx',
  'ethhook_admin_job_runs_job_idx',
  'ethhook_admin_job_runs_open_idx',
  'idx_audit_logs_user_created',
  'idx_delivery_attempts_endpoint_attempted',
  'idx_delivery_attempts_event_id',
  'idx_delivery_attempts_inserted_in',
  'idx_delivery_attempts_undelivered',
  'idx_delivery_attempts_user_endpoint',
  'idx_delivery_attempts_written_in',
  'idx_events_block',
  'idx_events_ingested_at_id',
  'idx_user_daily_stats_date',
  'statistics_audits_audited_at_idx',
  'statistics_rebuilds_user_id_idx',
  'superseded_attempts_superseded_in_idx',
  'superseded_attempts_written_in_idx',
];
