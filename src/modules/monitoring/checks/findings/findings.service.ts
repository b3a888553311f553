import { Injectable } from '@nestjs/common';
import type { Author } from '../../../../kernel/audit/audit-log.repository.js';
import { Database } from '../../../../kernel/database/database.js';
import { Cursors } from '../../../../kernel/http/cursor.js';
import { validationError } from '../../../../kernel/http/validation.js';
import { Operations } from '../../../maintenance/index.js';
import { ChecksReadModel } from '../checks.read-model.js';
import { ChecksRepository } from '../checks.repository.js';
import type { FindingDetailsDto, FindingListDto } from './dto/finding.dto.js';
import type { IgnoreBody, ListFindingsQuery } from './dto/finding.queries.js';
import { toFindingDto } from './finding-dto.js';
import { findingNotFound, findingNotIgnored } from './findings.errors.js';
import { FindingsReadModel } from './findings.read-model.js';
import { FindingsRepository } from './findings.repository.js';

const MAX_OPENINGS = 50;

/** What checks have found, and what operators think of it. */
@Injectable()
export class FindingsService {
  constructor(
    private readonly database: Database,
    private readonly operations: Operations,
    private readonly cursors: Cursors,
  ) {}

  /** Throws 400 for a cursor of another list. */
  async list({ limit, cursor, ...filter }: ListFindingsQuery): Promise<FindingListDto> {
    const { state, severity, check } = filter;
    const scope = { list: 'monitoring-findings', state, severity, check };
    const before = cursor === undefined ? undefined : this.cursors.decode(cursor, scope);
    const asOf = await new ChecksRepository(this.database).clock();
    const which = { state, severity, check, before, order: 'newest', limit: limit + 1 } as const;
    const rows = await new FindingsReadModel(this.database).list(which);
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    return {
      as_of: asOf,
      limits: await new ChecksReadModel(this.database).limits(check),
      findings: page.map(toFindingDto),
      next_cursor: last
        ? this.cursors.encode({ direction: 'older', at: last.openedAt, id: last.id }, scope)
        : null,
    };
  }

  /** Throws 404 finding_not_found. */
  async find(id: string): Promise<FindingDetailsDto> {
    const readModel = new FindingsReadModel(this.database);
    const asOf = await new ChecksRepository(this.database).clock();
    const row = await readModel.find(id);
    if (row === undefined) throw findingNotFound();
    const openings = await readModel.openings(id, MAX_OPENINGS);
    return {
      as_of: asOf,
      limits: await new ChecksReadModel(this.database).limits(row.check),
      ...toFindingDto(row),
      history: openings.map((opening) => ({
        opened_at: opening.openedAt,
        last_seen_at: opening.lastSeenAt,
        resolved_at: opening.resolvedAt,
        severity: opening.severity,
        title: opening.title,
        evidence: { ...opening.evidence },
      })),
    };
  }

  /** Also what is ignored already, for another reason or time. Throws 404 finding_not_found and 400 for a time in the past. */
  async ignore(author: Author, id: string, { reason, until }: IgnoreBody): Promise<FindingDetailsDto> {
    await this.operations.recorded(author, async (tx, log) => {
      const by = author.userId ?? 'cli';
      const ignored = await new FindingsRepository(tx).ignore({ id, by, reason, until: until ?? null });
      if (ignored === undefined) throw findingNotFound();
      if (ignored.isPast) throw validationError('until', 'must be in the future');
      await log.record({
        ...author,
        ...entryOf(id, ignored),
        action: 'finding.ignored',
        reason,
        after: { ignored: true, until },
      });
    });
    return this.find(id);
  }

  /** Throws 404 finding_not_found and 409 finding_not_ignored. */
  async unignore(author: Author, id: string): Promise<FindingDetailsDto> {
    await this.operations.recorded(author, async (tx, log) => {
      const found = await new FindingsRepository(tx).unignore(id);
      if (found === undefined) {
        const exists = (await new FindingsReadModel(tx).find(id)) !== undefined;
        throw exists ? findingNotIgnored() : findingNotFound();
      }
      await log.record({ ...author, ...entryOf(id, found), action: 'finding.unignored' });
    });
    return this.find(id);
  }
}

const entryOf = (id: string, { check, object }: { check: string; object: string }) => ({
  resourceType: 'finding' as const,
  resourceId: id,
  name: object === '' ? check : `${check} ${object}`,
});
