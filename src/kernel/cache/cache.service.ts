import { Injectable } from '@nestjs/common';
import { AuditLogRepository, type Author } from '../audit/audit-log.repository.js';
import { Database } from '../database/database.js';
import type { InvalidateBody, InvalidatedDto } from './dto/invalidate.dto.js';
import { tagOf, type Tag } from './tag.js';
import { Tags } from './tags.js';

@Injectable()
export class CacheService {
  constructor(
    private readonly database: Database,
    private readonly tags: Tags,
  ) {}

  /** In the audit log first: what cannot be recorded is not done. */
  async invalidate(author: Author, body: InvalidateBody): Promise<InvalidatedDto> {
    const tags = tagsNamed(body);
    await this.database.transaction({}, (tx) =>
      new AuditLogRepository(tx).record({
        ...author,
        action: 'cache.invalidated',
        resourceType: 'cache',
        resourceId: null,
        after: { tags },
      }),
    );
    const reachedAll = await this.tags.invalidate(tags);
    return { tags, reached: reachedAll ? 'all' : 'self' };
  }
}

export function tagsNamed({ tenant_id, application_id, endpoint_id, all }: InvalidateBody): Tag[] {
  const tags: Tag[] = all === true ? ['all'] : [];
  if (tenant_id !== undefined) tags.push(tagOf('tenant', tenant_id));
  if (application_id !== undefined) tags.push(tagOf('application', application_id));
  if (endpoint_id !== undefined) tags.push(tagOf('endpoint', endpoint_id));
  return tags;
}
