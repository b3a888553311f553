import { fragment, nothing } from '../../../kernel/database/sql.js';
import type { EventFilter } from '../events.reads.js';

type AttemptsOf = Pick<EventFilter, 'userId' | 'endpointId' | 'applicationId' | 'chainIds'>;

/** The attempts `da` that count for a filter, by the original joins; the endpoint is `own`. Ends in a WHERE clause. */
export const originalAttempts = (p: AttemptsOf) => fragment`delivery_attempts da
    JOIN endpoints own ON own.id = da.endpoint_id
    JOIN applications a ON a.id = own.application_id
   WHERE a.user_id = ${p.userId}
     ${p.endpointId === undefined ? nothing : fragment`AND own.id = ${p.endpointId}`}
     ${p.applicationId === undefined ? nothing : fragment`AND a.id = ${p.applicationId}`}
     ${p.chainIds === undefined ? nothing : fragment`AND own.chain_ids && ${p.chainIds}::int[]`}`;
