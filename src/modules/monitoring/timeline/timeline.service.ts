import { Injectable } from '@nestjs/common';
import type { Author } from '../../../kernel/audit/audit-log.repository.js';
import { Database } from '../../../kernel/database/database.js';
import { Cursors } from '../../../kernel/http/cursor.js';
import { Operations } from '../../maintenance/index.js';
import type { AddMarkBody } from './dto/add-mark.body.js';
import type { MarkDto, TimelineDto } from './dto/mark.dto.js';
import type { TimelineQuery } from './dto/timeline.query.js';
import { markInFuture, markNotFound } from './timeline.errors.js';
import { TimelineReadModel, type MarkRow } from './timeline.read-model.js';
import { TimelineRepository } from './timeline.repository.js';

/** The time line of changes. */
@Injectable()
export class TimelineService {
  constructor(
    private readonly database: Database,
    private readonly cursors: Cursors,
    private readonly operations: Operations,
  ) {}

  /** Throws 400 for a cursor of another list. */
  list({ limit, cursor, kind, from, until }: TimelineQuery): Promise<TimelineDto> {
    const scope = { list: 'monitoring-timeline', kind: kind?.join(), from, until };
    const place = cursor === undefined ? null : this.cursors.decode(cursor, scope);
    return this.database.transaction({ work: 'background', readOnly: true }, async (tx) => {
      const reads = new TimelineReadModel(tx);
      const { asOf, limits } = await reads.facts();
      const rows = await reads.list({
        from: from ?? null,
        until: until ?? null,
        kinds: kind ?? null,
        before: place && { at: place.at, key: place.id },
        limit: limit + 1,
      });
      const page = rows.slice(0, limit);
      const last = rows.length > limit ? page.at(-1) : undefined;
      return {
        as_of: asOf,
        limits,
        marks: page.map(toMarkDto),
        next_cursor: last
          ? this.cursors.encode({ direction: 'older', at: last.at, id: last.key }, scope)
          : null,
      };
    });
  }

  /** Throws 400 where the time is in the future. */
  add(author: Author, { name, at, note }: AddMarkBody): Promise<MarkDto> {
    return this.operations.recorded(author, async (tx, log) => {
      const details = note === undefined ? {} : { note };
      const id = await new TimelineRepository(tx).add({ at: at ?? null, name, details, by: author.userId });
      if (id === undefined) throw markInFuture();
      const mark = await new TimelineReadModel(tx).find(id);
      if (mark === undefined) throw markNotFound();
      await log.record({
        ...author,
        action: 'mark.created',
        resourceType: 'mark',
        resourceId: null,
        name,
        after: { id, at: mark.at, ...details },
      });
      return toMarkDto(mark);
    });
  }
}

export const toMarkDto = ({ id, kind, at, beganAt, name, details, by }: MarkRow): MarkDto => ({
  id,
  kind,
  at,
  began_at: beganAt,
  name,
  details,
  by,
});
