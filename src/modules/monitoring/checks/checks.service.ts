import { Injectable } from '@nestjs/common';
import { Database } from '../../../kernel/database/database.js';
import { CheckSet } from './check-set.js';
import { ChecksReadModel, limitsOf, type FindingCountRow } from './checks.read-model.js';
import { ChecksRepository } from './checks.repository.js';
import type { CheckListDto } from './dto/check.dto.js';

/** What is looked for, and how the looking goes. */
@Injectable()
export class ChecksService {
  constructor(
    private readonly database: Database,
    private readonly all: CheckSet,
  ) {}

  async list(): Promise<CheckListDto> {
    const readModel = new ChecksReadModel(this.database);
    const asOf = await new ChecksRepository(this.database).clock();
    const looks = await readModel.looks();
    const counts = await readModel.counts();
    const checks = this.all.checks.map(({ name, description, cadence }) => {
      const look = looks.find((one) => one.name === name);
      return {
        ...{ name, description, cadence },
        evaluated_at: look?.evaluatedAt ?? null,
        duration_ms: look?.durationMs ?? null,
        error: look?.error ?? null,
        limits: look?.limits ?? [],
        open: sumOf(counts, name, 'open'),
        ignored: sumOf(counts, name, 'ignored'),
      };
    });
    return {
      as_of: asOf,
      limits: limitsOf(looks),
      checks: checks.sort((one, other) => (one.name < other.name ? -1 : 1)),
    };
  }
}

const sumOf = (counts: readonly FindingCountRow[], check: string, state: FindingCountRow['state']) =>
  counts
    .filter((row) => row.check === check && row.state === state)
    .reduce((sum, { count }) => sum + count, 0);
