import { Injectable } from '@nestjs/common';
import { Reads } from '../../kernel/database/replicas/reads.js';
import type { Cursor } from '../../kernel/http/cursor.js';
import { aboveAll, belowAll } from '../../kernel/http/cursor-paging.js';
import { listAuditEntries, type AuditEntryRow, type AuditFilter } from './queries/list-audit-entries.sql.js';

export type { AuditEntryRow, AuditFilter };

export interface AuditPage {
  /** Newest first. */
  entries: AuditEntryRow[];
  hasOlder: boolean;
  hasNewer: boolean;
}

@Injectable()
export class AuditLogsReadModel {
  constructor(private readonly reads: Reads) {}

  /** The page at a cursor; the newest entries without one. */
  async page(filter: AuditFilter, cursor: Cursor | undefined, limit: number): Promise<AuditPage> {
    const from = cursor ?? aboveAll;
    const found = await this.entries(filter, from, limit + 1);
    const entries = found.slice(0, limit);
    const hasMore = found.length > limit;
    // The other side of the page; nothing is newer than the newest.
    const hasBefore = cursor !== undefined && (await this.has(filter, otherSide(from, entries[0])));
    if (from.direction === 'older') return { entries, hasOlder: hasMore, hasNewer: hasBefore };
    return { entries: entries.reverse(), hasOlder: hasBefore, hasNewer: hasMore };
  }

  private async has(filter: AuditFilter, from: Cursor): Promise<boolean> {
    return (await this.entries(filter, from, 1)).length > 0;
  }

  private entries(filter: AuditFilter, from: Cursor, limit: number): Promise<AuditEntryRow[]> {
    return this.reads.query(listAuditEntries({ ...filter, ...from, limit }));
  }
}

/** Away from the page, beginning at its first entry; without one, everything is on the other side. */
function otherSide({ direction }: Cursor, first: AuditEntryRow | undefined): Cursor {
  const all = direction === 'older' ? belowAll : aboveAll;
  return first === undefined ? all : { ...all, at: first.createdAt ?? '-infinity', id: first.id };
}
