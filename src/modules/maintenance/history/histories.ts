/** A table of ours that grows with time, and for how long its rows are worth keeping. */
export interface History {
  readonly table: string;
  /** NULL in it: not over yet, so it stays. */
  readonly time: string;
  readonly keptDays: number;
  /** The newest row of each of these stays, however old it is. */
  readonly keepsNewestOf: readonly string[];
}

/**
 * Not here: what a revert or a restore needs (settings, indexes and migrations as they were), audit_logs, which are not
 * ours, the time line's marks, which are few, superseded_attempts and statistics_rebuilds, whose rows go as soon as they are done.
 */
export const histories: readonly History[] = [
  {
    table: 'ethhook_admin_job_runs',
    time: 'finished_at',
    keptDays: 90,
    keepsNewestOf: ['job', 'state'],
  },
  { table: 'ethhook_admin_shadow_differences', time: 'seen_at', keptDays: 90, keepsNewestOf: [] },
  { table: 'ethhook_admin_scorecard', time: 'at', keptDays: 400, keepsNewestOf: [] },
  { table: 'ethhook_admin_samples', time: 'at', keptDays: 90, keepsNewestOf: [] },
  { table: 'ethhook_admin_route_minutes', time: 'minute', keptDays: 400, keepsNewestOf: [] },
  { table: 'ethhook_admin_tenant_hours', time: 'hour', keptDays: 90, keepsNewestOf: [] },
  { table: 'ethhook_admin_alerts', time: 'ended_at', keptDays: 90, keepsNewestOf: [] },
  { table: 'ethhook_admin_check_reports', time: 'created_at', keptDays: 365, keepsNewestOf: [] },
  { table: 'ethhook_admin_finding_openings', time: 'resolved_at', keptDays: 365, keepsNewestOf: [] },
  { table: 'ethhook_admin_findings', time: 'resolved_at', keptDays: 365, keepsNewestOf: [] },
  // Some 100 bytes for each statement that ran, every 5 minutes; then by the hour.
  { table: 'ethhook_admin_statement_deltas', time: 'at', keptDays: 3, keepsNewestOf: [] },
  { table: 'ethhook_admin_statement_errors', time: 'at', keptDays: 90, keepsNewestOf: [] },
  { table: 'ethhook_admin_statement_hours', time: 'at', keptDays: 60, keepsNewestOf: [] },
  { table: 'ethhook_admin_statement_plans', time: 'seen_at', keptDays: 90, keepsNewestOf: ['queryid'] },
  { table: 'ethhook_admin_statement_texts', time: 'seen_at', keptDays: 90, keepsNewestOf: [] },
  { table: 'ethhook_admin_statement_turns', time: 'at', keptDays: 90, keepsNewestOf: [] },
  { table: 'ethhook_admin_statements', time: 'gone_at', keptDays: 90, keepsNewestOf: [] },
  { table: 'deletions', time: 'finished_at', keptDays: 90, keepsNewestOf: [] },
  { table: 'statistics_audits', time: 'audited_at', keptDays: 365, keepsNewestOf: [] },
];
