import type { QueryRunner } from '../../../kernel/database/database.js';
import { findMark } from './queries/find-mark.sql.js';
import { listMarksAround } from './queries/list-marks-around.sql.js';
import { listMarks, type MarkFilter } from './queries/list-marks.sql.js';
import { markKinds, type MarkKind, type MarkRow } from './queries/marks.js';
import { readTimelineFacts } from './queries/read-timeline-facts.sql.js';

export { markKinds, type MarkKind, type MarkRow };

/** What was changed when. */
export class TimelineReadModel {
  constructor(private readonly runner: QueryRunner) {}

  list(filter: MarkFilter): Promise<MarkRow[]> {
    return this.runner.query(listMarks(filter));
  }

  async find(id: string): Promise<MarkRow | undefined> {
    return (await this.runner.query(findMark({ id })))[0];
  }

  /** Those under way at any moment of the interval, oldest first. */
  around(interval: { from: string; until: string; limit: number }): Promise<MarkRow[]> {
    return this.runner.query(listMarksAround(interval));
  }

  async facts(): Promise<{ asOf: string; limits: string[] }> {
    const [facts] = await this.runner.query(readTimelineFacts());
    if (facts === undefined) throw new Error('SELECT without FROM has given no row');
    const limits = [];
    if (!facts.seesAllSettings)
      limits.push(
        'Changes of settings that only superusers see are not marked; to have them: ' +
          `GRANT pg_read_all_settings TO ${facts.role}`,
      );
    if (facts.undatedMigrations > 0)
      limits.push(
        `${facts.undatedMigrations} migrations were recorded without a time, by another program, and are not marked`,
      );
    return { asOf: facts.asOf, limits };
  }
}
