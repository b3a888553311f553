import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../kernel/config/config.js';
import { Database, type QueryRunner } from '../../kernel/database/database.js';
import { AccountsContract } from './accounts.contract.js';
import { applicationNotFound, endpointLimitReached, endpointNotFound } from './accounts.errors.js';
import type { Actor } from './actor.js';
import { ApplicationsRepository } from './applications.repository.js';
import { AuditLogRepository, type AuditEntry } from '../../kernel/audit/audit-log.repository.js';
import { changesOf } from './changes.js';
import type { CreateEndpointBody, UpdateEndpointBody } from './dto/endpoint-bodies.dto.js';
import type { EndpointDto, EndpointListDto } from './dto/endpoint.dto.js';
import { EndpointsReadModel } from './endpoints.read-model.js';
import { EndpointsRepository } from './endpoints.repository.js';
import type { EndpointRow } from './queries/endpoint-columns.js';
import { newSecret } from './secrets.js';
import { assertBelowLimit } from './tier-limit.js';
import { assertWebhookUrl } from './webhook-url.js';

@Injectable()
export class EndpointsService {
  constructor(
    private readonly database: Database,
    private readonly endpoints: EndpointsReadModel,
    private readonly ownership: AccountsContract,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async list(userId: string): Promise<EndpointListDto> {
    return toList(await this.endpoints.all(userId));
  }

  /** Throws 404 application_not_found. */
  async listOfApplication(userId: string, applicationId: string): Promise<EndpointListDto> {
    await this.ownership.assertOwnsApplication({ userId }, applicationId);
    return toList(await this.endpoints.all(userId, applicationId));
  }

  /** Throws 404 endpoint_not_found, also for another user's. */
  async find(userId: string, id: string): Promise<EndpointDto> {
    const endpoint = await this.endpoints.byId(userId, id);
    if (endpoint === undefined) throw endpointNotFound();
    return toEndpointDto(endpoint);
  }

  /**
   * Throws 400 for the webhook's URL, 404 application_not_found and 403 endpoint_limit_reached. Two at once wait for each
   * other at the application's row.
   */
  async create(actor: Actor, body: CreateEndpointBody): Promise<EndpointDto> {
    const { application_id: applicationId, ...fields } = body;
    this.assertWebhookUrl(fields.webhook_url);
    return this.database.transaction({}, async (tx) => {
      const { userId } = actor;
      const application = await new ApplicationsRepository(tx).lock(userId, applicationId);
      if (application === undefined) throw applicationNotFound();
      const endpoints = new EndpointsRepository(tx);
      assertBelowLimit(await endpoints.limit(userId, applicationId), endpointLimitReached);
      const endpoint = await endpoints.insert({
        applicationId,
        name: fields.name,
        webhookUrl: fields.webhook_url,
        description: fields.description ?? null,
        hmacSecret: newSecret(),
        chainIds: fields.chain_ids,
        contractAddresses: fields.contract_addresses,
        eventSignatures: fields.event_signatures,
      });
      const after = { application_id: applicationId, ...changeable(toEndpointDto(endpoint)) };
      await record(tx, actor, endpoint.id, { action: 'endpoint.created', after });
      return toEndpointDto(endpoint);
    });
  }

  /** Throws 404 endpoint_not_found, and 400 for a new URL; one that was stored before stays. */
  update(actor: Actor, id: string, body: UpdateEndpointBody): Promise<EndpointDto> {
    return this.database.transaction({}, async (tx) => {
      const endpoint = toEndpointDto(await this.locked(tx, actor.userId, id));
      const changes = changesOf(changeable(endpoint), body);
      if (changes === undefined) return endpoint;
      if (changes.after.webhook_url !== undefined) this.assertWebhookUrl(changes.after.webhook_url);
      await record(tx, actor, id, { action: 'endpoint.updated', ...changes });
      return toEndpointDto(await new EndpointsRepository(tx).update(actor.userId, id, changes.after));
    });
  }

  /** Throws 404 endpoint_not_found. */
  regenerateSecret(actor: Actor, id: string): Promise<EndpointDto> {
    return this.database.transaction({}, async (tx) => {
      await this.locked(tx, actor.userId, id);
      await record(tx, actor, id, { action: 'endpoint.secret_regenerated' });
      return toEndpointDto(await new EndpointsRepository(tx).replaceSecret(actor.userId, id, newSecret()));
    });
  }

  private async locked(tx: QueryRunner, userId: string, id: string): Promise<EndpointRow> {
    const endpoint = await new EndpointsRepository(tx).lock(userId, id);
    if (endpoint === undefined) throw endpointNotFound();
    return endpoint;
  }

  private assertWebhookUrl(url: string): void {
    assertWebhookUrl(url, this.config.webhooks.allowPrivate);
  }
}

const record = (
  tx: QueryRunner,
  actor: Actor,
  resourceId: string,
  entry: Pick<AuditEntry, 'action' | 'before' | 'after'>,
) => new AuditLogRepository(tx).record({ ...actor, resourceType: 'endpoint', resourceId, ...entry });

/** What a user may change, and the audit log shows. */
const changeable = (endpoint: EndpointDto) => ({
  name: endpoint.name,
  webhook_url: endpoint.webhook_url,
  description: endpoint.description,
  chain_ids: endpoint.chain_ids,
  contract_addresses: endpoint.contract_addresses,
  event_signatures: endpoint.event_signatures,
  is_active: endpoint.is_active,
});

const toList = (rows: readonly EndpointRow[]): EndpointListDto => ({
  endpoints: rows.map(toEndpointDto),
  total: rows.length,
});

const toEndpointDto = (row: EndpointRow): EndpointDto => ({
  id: row.id,
  application_id: row.applicationId,
  name: row.name,
  webhook_url: row.webhookUrl,
  description: row.description,
  hmac_secret: row.hmacSecret,
  chain_ids: row.chainIds,
  contract_addresses: row.contractAddresses,
  event_signatures: row.eventSignatures,
  is_active: row.isActive,
  created_at: row.createdAt,
  updated_at: row.updatedAt,
});
