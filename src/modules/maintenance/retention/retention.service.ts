import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../../kernel/config/config.js';
import { toRfc3339 } from '../../../kernel/database/connection.js';
import { Database } from '../../../kernel/database/database.js';
import { validationError } from '../../../kernel/http/validation.js';
import type { RetentionDto, RetentionEstimateDto } from './dto/retention.dto.js';
import { obstaclesOf } from './obstacles.js';
import { RetentionReadModel } from './retention.read-model.js';

/** What retention has removed, and what it would. */
@Injectable()
export class RetentionService {
  private readonly days: number;

  constructor(
    private readonly database: Database,
    @Inject(APP_CONFIG) { maintenance }: AppConfig,
  ) {
    this.days = maintenance.retentionDays;
  }

  async state(): Promise<RetentionDto> {
    const model = new RetentionReadModel(this.database);
    const { attemptsBefore, eventsBefore } = await model.state();
    return {
      days: this.days,
      attempts_before: finite(attemptsBefore),
      events_before: finite(eventsBefore),
      refused: await obstaclesOf(this.database),
    };
  }

  /** Throws 400 where neither says how many days. */
  simulate(days = this.days): Promise<RetentionEstimateDto> {
    if (days === 0) throw validationError('days', 'is needed, since RETENTION_DAYS is 0');
    return this.database.transaction({ readOnly: true, snapshot: true }, async (tx) => {
      const { before, tables, pendingEvents, users } = await new RetentionReadModel(tx).estimate(days);
      return {
        days,
        before: toRfc3339(before),
        tables: tables.map(({ table, rows, ofRows, bytes }) => ({ table, rows, of_rows: ofRows, bytes })),
        pending_events: pendingEvents,
        users: users.map((user) => ({
          user_id: user.userId,
          attempts: user.attempts,
          events: user.events,
          pending_events: user.pendingEvents,
        })),
      };
    });
  }
}

const finite = (time: string) => (time === '-infinity' ? null : time);
