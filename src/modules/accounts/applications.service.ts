import { Injectable } from '@nestjs/common';
import { Database, type QueryRunner } from '../../kernel/database/database.js';
import { applicationLimitReached, applicationNotFound, userGone } from './accounts.errors.js';
import type { Actor } from './actor.js';
import { ApplicationsReadModel } from './applications.read-model.js';
import { ApplicationsRepository } from './applications.repository.js';
import { AuditLogRepository, type AuditEntry } from '../../kernel/audit/audit-log.repository.js';
import { changesOf } from './changes.js';
import type {
  ApplicationDto,
  ApplicationListDto,
  CreateApplicationBody,
  UpdateApplicationBody,
} from './dto/application.dto.js';
import type { ApplicationRow } from './queries/application-columns.js';
import { newApiKey, newSecret } from './secrets.js';
import { assertBelowLimit } from './tier-limit.js';
import { UsersRepository } from './users.repository.js';

@Injectable()
export class ApplicationsService {
  constructor(
    private readonly database: Database,
    private readonly applications: ApplicationsReadModel,
  ) {}

  async list(userId: string): Promise<ApplicationListDto> {
    const applications = (await this.applications.all(userId)).map(toApplicationDto);
    return { applications, total: applications.length };
  }

  /** Throws 404 application_not_found, as all that follow. */
  async find(userId: string, id: string): Promise<ApplicationDto> {
    const application = await this.applications.byId(userId, id);
    if (application === undefined) throw applicationNotFound();
    return toApplicationDto(application);
  }

  /** Throws 403 application_limit_reached. Two at once wait for each other at the user's row. */
  create(actor: Actor, { name, description = null }: CreateApplicationBody): Promise<ApplicationDto> {
    const { userId } = actor;
    return this.database.transaction({}, async (tx) => {
      if ((await new UsersRepository(tx).lock(userId)) === undefined) throw userGone();
      const applications = new ApplicationsRepository(tx);
      assertBelowLimit(await applications.limit(userId), applicationLimitReached);
      const secrets = { apiKey: newApiKey(), webhookSecret: newSecret() };
      const application = await applications.insert({ userId, name, description, ...secrets });
      const after = { name, description };
      await record(tx, actor, application.id, { action: 'application.created', after });
      return toApplicationDto(application);
    });
  }

  update(actor: Actor, id: string, body: UpdateApplicationBody): Promise<ApplicationDto> {
    return this.database.transaction({}, async (tx) => {
      const application = await this.locked(tx, actor.userId, id);
      const { name, description, is_active } = toApplicationDto(application);
      const changes = changesOf({ name, description, is_active }, body);
      if (changes === undefined) return toApplicationDto(application);
      await record(tx, actor, id, { action: 'application.updated', ...changes });
      return toApplicationDto(await new ApplicationsRepository(tx).update(actor.userId, id, changes.after));
    });
  }

  regenerateKey(actor: Actor, id: string): Promise<ApplicationDto> {
    return this.database.transaction({}, async (tx) => {
      await this.locked(tx, actor.userId, id);
      await record(tx, actor, id, { action: 'application.key_regenerated' });
      return toApplicationDto(await new ApplicationsRepository(tx).replaceKey(actor.userId, id, newApiKey()));
    });
  }

  private async locked(tx: QueryRunner, userId: string, id: string): Promise<ApplicationRow> {
    const application = await new ApplicationsRepository(tx).lock(userId, id);
    if (application === undefined) throw applicationNotFound();
    return application;
  }
}

const record = (
  tx: QueryRunner,
  actor: Actor,
  resourceId: string,
  entry: Pick<AuditEntry, 'action' | 'before' | 'after'>,
) => new AuditLogRepository(tx).record({ ...actor, resourceType: 'application', resourceId, ...entry });

const toApplicationDto = (row: ApplicationRow): ApplicationDto => ({
  id: row.id,
  user_id: row.userId,
  name: row.name,
  description: row.description,
  api_key: row.apiKey,
  webhook_secret: row.webhookSecret,
  is_active: row.isActive,
  created_at: row.createdAt,
  updated_at: row.updatedAt,
});
