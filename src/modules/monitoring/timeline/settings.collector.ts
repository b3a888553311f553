import type { LeaderSession } from '../../../kernel/tasks/leader-session.js';
import type { Collector } from '../collector/collector.js';
import { TimelineRepository } from './timeline.repository.js';

/** Marks settings that were changed outside of us. */
export class SettingsCollector implements Collector {
  readonly name = 'settings';
  readonly intervalMs = 60_000;

  async collect(session: Pick<LeaderSession, 'query'>): Promise<void> {
    await new TimelineRepository(session).noteSettings();
  }
}
