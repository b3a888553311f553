import type { QueryRunner } from '../../../kernel/database/database.js';
import { addSamples, type Sample } from './queries/add-samples.sql.js';

export type { Sample };

/** Keeps figures over time: those of the server, of tables, of whatever is worth a curve. */
export class SamplesRepository {
  constructor(private readonly runner: QueryRunner) {}

  /** As of this moment. What is not a number is not kept: it would be a figure that nobody measured. */
  async add(samples: readonly Sample[]): Promise<void> {
    const known = samples.filter(({ value }) => Number.isFinite(value));
    if (known.length > 0) await this.runner.query(addSamples({ samples: known }));
  }
}
