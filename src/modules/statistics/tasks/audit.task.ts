import { Logger } from '@nestjs/common';
import type { LeaderSession } from '../../../kernel/tasks/leader-session.js';
import type { LeaderTask } from '../../../kernel/tasks/leader-task.js';
import { AuditRepository } from '../audit.repository.js';
import type { RollupMetrics } from '../rollup-metrics.js';

const KEPT_AUDITS = 10_000;

interface Found {
  userId: string;
  rows: number;
  drifted: number;
}

/** Counts a day of a user anew, and has their rollups rebuilt when one of them is wrong, which is not expected. */
export class AuditTask implements LeaderTask {
  readonly name = 'statistics-audit';
  readonly description =
    'Counts a day of a user anew, and has their rollups rebuilt when one of them is wrong.';
  private readonly logger = new Logger(AuditTask.name);

  constructor(
    private readonly intervalSeconds: number,
    private readonly metrics: Pick<RollupMetrics, 'auditedRows'>,
  ) {}

  async run(session: LeaderSession): Promise<number> {
    const found = await session.transaction({ snapshot: true }, (tx) => this.audit(new AuditRepository(tx)));
    if (found !== null) this.tell(found);
    return this.intervalSeconds * 1000;
  }

  private async audit(repository: AuditRepository): Promise<Found | null> {
    const state = await repository.state();
    // Neither is a state that the rollups stand for.
    if (state.rebasing || state.isForeign) return null;
    const picked = await repository.pick();
    if (picked === undefined) return null;
    const found = await repository.recount(picked, state);
    await repository.record(picked.userId, picked.from, found);
    await repository.dropOld(KEPT_AUDITS);
    return { userId: picked.userId, ...found };
  }

  private tell({ userId, rows, drifted }: Found): void {
    this.metrics.auditedRows(rows, drifted);
    if (drifted === 0) return;
    this.logger.error(
      `${drifted} of ${rows} rollup rows of user ${userId} were wrong: all of theirs are counted anew; ` +
        'statistics_audits has the evidence',
    );
  }
}
