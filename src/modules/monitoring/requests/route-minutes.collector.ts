import type { LeaderSession } from '../../../kernel/tasks/leader-session.js';
import type { Collector } from '../collector/collector.js';
import { RequestFiguresRepository } from './request-figures.repository.js';

/** Some 200 bytes a route, minute and instance: 10 MB a day of ten busy routes in four instances, 300 KB by the hour. */
const BY_MINUTE_DAYS = 3;
/** Hours in one turn: what was left while nobody led is made up for. */
const MAX_HOURS = 48;

/** Makes hours of the minutes of routes when they are some days old. */
export class RouteMinutesCollector implements Collector {
  readonly name = 'route-minutes';
  readonly intervalMs = 3_600_000;

  async collect(session: LeaderSession): Promise<void> {
    for (let hour = 0; hour < MAX_HOURS; hour++) {
      const rows = await session.transaction({}, (tx) =>
        new RequestFiguresRepository(tx).rollUpHour(BY_MINUTE_DAYS),
      );
      if (rows === 0) return;
    }
  }
}
