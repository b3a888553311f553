import { sql } from '../../../kernel/database/sql.js';

export interface EndpointChainsRow {
  endpointId: string;
  listens: boolean;
  /** Deleted, but its attempts may still be in the rollups. */
  isGone: boolean;
}

/** The application's endpoints, also deleted ones, and which of them listen to one of the chains. */
export const listChainsOfApplication = (p: {
  userId: string;
  applicationId: string;
  chainIds: readonly number[];
}) => sql<EndpointChainsRow>('statistics.list-chains-of-application')`
  SELECT m.endpoint_id AS "endpointId", m.chain_ids && ${p.chainIds}::int[] AS "listens",
         NOT EXISTS (SELECT FROM endpoints p WHERE p.user_id = m.user_id AND p.id = m.endpoint_id AND p.deleted_at IS NULL) AS "isGone"
    FROM statistics_endpoints m
   WHERE m.user_id = ${p.userId} AND m.application_id = ${p.applicationId}`;
