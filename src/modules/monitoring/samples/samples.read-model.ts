import type { QueryRunner } from '../../../kernel/database/database.js';
import { readSamples, type SamplePointRow } from './queries/read-samples.sql.js';

export type { SamplePointRow };

export class SamplesReadModel {
  constructor(private readonly runner: QueryRunner) {}

  /** The half-open interval, oldest first by series and object; `objects` null: of all. */
  points(which: {
    series: readonly string[];
    objects: readonly string[] | null;
    from: string;
    until: string;
  }): Promise<SamplePointRow[]> {
    return this.runner.query(readSamples(which));
  }
}
