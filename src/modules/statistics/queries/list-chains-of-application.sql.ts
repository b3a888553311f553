import { sql } from '../../../kernel/database/sql.js';

export interface EndpointChainsRow {
  endpointId: string;
  listens: boolean;
}

/** The application's endpoints, and which of them listen to one of the chains. */
export const listChainsOfApplication = (p: {
  userId: string;
  applicationId: string;
  chainIds: readonly number[];
}) => sql<EndpointChainsRow>('statistics.list-chains-of-application')`
  SELECT m.endpoint_id AS "endpointId", m.chain_ids && ${p.chainIds}::int[] AS "listens"
    FROM statistics_endpoints m
   WHERE m.user_id = ${p.userId} AND m.application_id = ${p.applicationId}`;
