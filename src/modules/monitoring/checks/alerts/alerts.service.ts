import { Inject, Injectable } from '@nestjs/common';
import type { Author } from '../../../../kernel/audit/audit-log.repository.js';
import { APP_CONFIG, type AppConfig } from '../../../../kernel/config/config.js';
import { Database } from '../../../../kernel/database/database.js';
import { Cursors } from '../../../../kernel/http/cursor.js';
import { Operations } from '../../../maintenance/index.js';
import { ChecksRepository } from '../checks.repository.js';
import { alertsOff } from './alerts.errors.js';
import { AlertsReadModel } from './alerts.read-model.js';
import { AlertsRepository } from './alerts.repository.js';
import type { AlertDto, AlertListDto, ListAlertsQuery, TestAlertDto } from './dto/alert.dto.js';
import type { AlertRow } from './queries/alert-columns.js';

const OFF = 'Nobody is told: ALERT_WEBHOOK_URL is not set.';

/** What was told to whom, and what came of it. */
@Injectable()
export class AlertsService {
  constructor(
    private readonly database: Database,
    private readonly operations: Operations,
    private readonly cursors: Cursors,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** Throws 400 for a cursor of another list. */
  async list({ limit, cursor, state, finding_id: findingId }: ListAlertsQuery): Promise<AlertListDto> {
    const scope = { list: 'monitoring-alerts', state, findingId };
    const before = cursor === undefined ? undefined : this.cursors.decode(cursor, scope);
    const asOf = await new ChecksRepository(this.database).clock();
    const rows = await new AlertsReadModel(this.database).list({
      state,
      findingId,
      before,
      limit: limit + 1,
    });
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    const { webhook, minSeverity } = this.config.alerts;
    return {
      as_of: asOf,
      limits: webhook === null ? [OFF] : [],
      webhook: webhook && { target: new URL(webhook.url).origin, min_severity: minSeverity },
      alerts: page.map(toDto),
      next_cursor: last
        ? this.cursors.encode({ direction: 'older', at: last.createdAt, id: last.id }, scope)
        : null,
    };
  }

  /** Sent within seconds. Throws 409 alerts_off. */
  test(author: Author): Promise<TestAlertDto> {
    if (this.config.alerts.webhook === null) throw alertsOff();
    return this.operations.recorded(author, async (tx, log) => {
      const alert = await new AlertsRepository(tx).addTest();
      await log.record({ ...author, action: 'alert.tested', resourceType: 'alert', resourceId: alert.id });
      return { as_of: alert.createdAt, limits: [], alert: toDto(alert) };
    });
  }
}

const toDto = (row: AlertRow): AlertDto => ({
  id: row.id,
  kind: row.kind,
  finding_id: row.findingId,
  severity: row.severity,
  state: row.outcome ?? 'pending',
  created_at: row.createdAt,
  attempts: row.attempts,
  next_attempt_at: row.endedAt === null ? row.dueAt : null,
  ended_at: row.endedAt,
  last_status: row.lastStatus,
  last_error: row.lastError,
});
