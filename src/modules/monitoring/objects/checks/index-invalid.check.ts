import type { IndexEvidenceService } from '../../../maintenance/index.js';
import type { Check, CheckResult } from '../../checks/check.js';
import { plainName, sqlName } from '../names.js';
import { megabytes } from './bounds.js';

export class IndexInvalidCheck implements Check {
  readonly name = 'index-invalid';
  readonly description = 'Indexes that a build or a drop has left half done, and nobody is at work on.';
  readonly cadence = 'daily';

  constructor(private readonly evidence: Pick<IndexEvidenceService, 'evidence'>) {}

  async find(): Promise<CheckResult> {
    const { invalid } = await this.evidence.evidence();
    const findings = invalid
      .filter(({ state }) => state !== 'busy')
      .map(({ schema, index, table, state, size_bytes, definition }) => ({
        object: plainName(schema, index),
        severity: 'warning' as const,
        title: `${plainName(schema, index)} on ${plainName(table)} is invalid, and takes ${megabytes(size_bytes)}`,
        evidence: { state, size_bytes, definition },
        why: 'No read uses it, each write may have to keep it up to date, and a build with IF NOT EXISTS leaves it as it is.',
        fixSql:
          state === 'remnant'
            ? `DROP INDEX CONCURRENTLY ${sqlName(schema, index)}`
            : `REINDEX INDEX CONCURRENTLY ${sqlName(schema, index)}`,
        advice:
          state === 'remnant'
            ? 'It is what an interrupted rebuild or drop has left: it goes.'
            : 'Build it anew; where it is unique and rows have equal keys, remove these rows first.',
        action: { job: 'repair-indexes', parameters: {} },
      }));
    return { findings, limits: [] };
  }
}
