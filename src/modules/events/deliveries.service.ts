import { Injectable } from '@nestjs/common';
import type { Caller } from '../../kernel/auth/auth-user.js';
import { Cursors, type CursorScope } from '../../kernel/http/cursor.js';
import { cursorsOf } from '../../kernel/http/cursor-paging.js';
import { Trusted } from '../../kernel/http/trust.js';
import { AccountsContract } from '../accounts/index.js';
import {
  RESPONSE_BODY_CHARACTERS,
  type AttemptDto,
  type AttemptListDto,
  type DeliveryDto,
  type DeliveryListDto,
} from './dto/attempt.dto.js';
import type { ListAttemptsQuery, ListDeliveriesQuery } from './dto/list-attempts.query.js';
import { EventsReads, type AttemptFilter, type AttemptPage, type AttemptRow } from './events.reads.js';
import { assertOneBeginning } from './paging.js';

interface Paging {
  limit: number;
  offset?: number | undefined;
  cursor?: string | undefined;
}

@Injectable()
export class DeliveriesService {
  constructor(
    private readonly reads: EventsReads,
    private readonly accounts: AccountsContract,
    private readonly cursors: Cursors,
  ) {}

  /** Throws 404 endpoint_not_found for an endpoint that is not the caller's. A foreign event has no attempts. */
  async attempts(caller: Caller, query: ListAttemptsQuery): Promise<Trusted<AttemptListDto>> {
    const { event_id: eventId, endpoint_id: endpointId, success } = query;
    const authorise = async () => {
      if (endpointId !== undefined) await this.accounts.assertOwnsEndpoint(caller, endpointId);
    };
    const { rows, paging, trust } = await this.page(
      { ...filterOf(caller), eventId, endpointId, success },
      query,
      authorise,
    );
    return new Trusted({ delivery_attempts: rows.map(toAttemptDto), ...paging }, trust);
  }

  /** Throws 404 endpoint_not_found, 403 access_denied for an endpoint that is not the caller's. */
  async deliveries(
    caller: Caller,
    endpointId: string,
    query: ListDeliveriesQuery,
  ): Promise<Trusted<DeliveryListDto>> {
    const success = query.status === 'all' ? undefined : query.status === 'success';
    const authorise = () => this.accounts.requireOwnEndpoint(caller, endpointId);
    const { rows, paging, trust } = await this.page(
      { ...filterOf(caller), endpointId, success },
      query,
      authorise,
    );
    const { limit, offset = 0 } = query;
    return new Trusted({ deliveries: rows.map(toDeliveryDto), ...paging, limit, offset }, trust);
  }

  private async page(filter: AttemptFilter, query: Paging, authorise: () => Promise<void>) {
    const scope = { list: 'attempts', ...filter };
    const page = this.pageOf(query, scope);
    await authorise();
    const { value, trust } = await this.reads.attempts(filter, page, query.limit);
    const { attempts, total, totalIs, ...beyond } = value;
    const places = attempts.map(({ attemptedAt: at, id }) => ({ at, id }));
    const cursors = cursorsOf({ rows: places, ...beyond }, (cursor) => this.cursors.encode(cursor, scope));
    return { rows: attempts, paging: { total, total_is: totalIs, ...cursors }, trust };
  }

  private pageOf(query: Paging, scope: CursorScope): AttemptPage {
    assertOneBeginning(query);
    const { cursor, offset = 0 } = query;
    if (cursor === undefined) return offset === 0 ? { kind: 'first' } : { kind: 'offset', offset };
    const { direction, at, id } = this.cursors.decode(cursor, scope);
    return { kind: direction, than: { at, id } };
  }
}

const filterOf = ({ userId, applicationId }: Caller): AttemptFilter => ({ userId, applicationId });

const toDeliveryDto = (row: AttemptRow): DeliveryDto => ({
  id: row.id,
  event_id: row.eventId,
  attempt_number: row.attemptNumber,
  http_status_code: row.httpStatusCode,
  success: row.success,
  duration_ms: row.durationMs,
  attempted_at: row.attemptedAt,
  error_message: row.errorMessage,
  response_body: row.responseBody === null ? null : beginningOf(row.responseBody),
});

const toAttemptDto = (row: AttemptRow): AttemptDto => ({
  ...toDeliveryDto(row),
  endpoint_id: row.endpointId,
  endpoint_name: row.endpointName,
  response_body: row.responseBody,
  completed_at: row.completedAt,
  should_retry: row.shouldRetry,
  next_retry_at: row.nextRetryAt,
});

/** In characters, not UTF-16 units: half of one is not valid text. */
const beginningOf = (text: string) =>
  [...text.slice(0, 2 * RESPONSE_BODY_CHARACTERS)].slice(0, RESPONSE_BODY_CHARACTERS).join('');
