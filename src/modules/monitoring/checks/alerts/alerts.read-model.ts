import type { QueryRunner } from '../../../../kernel/database/database.js';
import type { AlertRow } from './queries/alert-columns.js';
import { listAlerts } from './queries/list-alerts.sql.js';

export class AlertsReadModel {
  constructor(private readonly runner: QueryRunner) {}

  /** Newest first. */
  list(which: Parameters<typeof listAlerts>[0]): Promise<AlertRow[]> {
    return this.runner.query(listAlerts(which));
  }
}
