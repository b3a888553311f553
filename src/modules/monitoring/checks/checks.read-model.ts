import type { QueryRunner } from '../../../kernel/database/database.js';
import { countFindings, type FindingCountRow } from './queries/count-findings.sql.js';
import { listLooks, type LookRow } from './queries/list-looks.sql.js';

export type { FindingCountRow, LookRow };

export class ChecksReadModel {
  constructor(private readonly runner: QueryRunner) {}

  looks(): Promise<LookRow[]> {
    return this.runner.query(listLooks());
  }

  counts(): Promise<FindingCountRow[]> {
    return this.runner.query(countFindings());
  }

  /** What the checks, or this one, could not look at, each with the check's name. */
  async limits(check: string | undefined): Promise<string[]> {
    const looks = await this.looks();
    return limitsOf(looks.filter(({ name }) => check === undefined || name === check));
  }
}

export const limitsOf = (looks: readonly LookRow[]): string[] =>
  looks.flatMap(({ name, limits }) => limits.map((limit) => `${name}: ${limit}`));
