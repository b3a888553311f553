import type { ViewerRow } from './queries/read-viewer.sql.js';

/** What this role is not shown, and what would allow it; none where it is shown all. */
export const sessionLimits = ({ seesAllSessions, role }: ViewerRow, lacks: string): string[] =>
  seesAllSessions
    ? []
    : [`${lacks}: the role ${role} is not shown the sessions of others. GRANT pg_monitor TO ${role};`];

/** Says so when a list has been cut. */
export const cutLimits = (shown: number, limit: number, what: string): string[] =>
  shown < limit ? [] : [`only the first ${limit} ${what} are shown`];
