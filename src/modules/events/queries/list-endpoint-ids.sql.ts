import { fragment, nothing, sql } from '../../../kernel/database/sql.js';
import type { EventFilter } from '../events.reads.js';

/** The user's endpoints that a filter by endpoint, application and chains leaves. */
export const listEndpointIds = (p: EventFilter) => sql<{ id: string }>('events.list-endpoint-ids')`
  SELECT p.id
    FROM endpoints p
   WHERE p.user_id = ${p.userId}
     ${p.endpointId === undefined ? nothing : fragment`AND p.id = ${p.endpointId}`}
     ${p.applicationId === undefined ? nothing : fragment`AND p.application_id = ${p.applicationId}`}
     ${p.chainIds === undefined ? nothing : fragment`AND p.chain_ids && ${p.chainIds}::int[]`}
   ORDER BY p.id`;
