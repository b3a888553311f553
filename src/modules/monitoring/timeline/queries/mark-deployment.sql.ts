import { sql } from '../../../../kernel/database/sql.js';

/** Once for each name. */
export const markDeployment = (p: { name: string; details: string }) =>
  sql<never>('monitoring.mark-deployment')`
  INSERT INTO ethhook_admin_timeline (kind, name, details)
  VALUES ('deployment', ${p.name}, ${p.details}::jsonb)
  ON CONFLICT (name) WHERE kind = 'deployment' DO NOTHING`;
