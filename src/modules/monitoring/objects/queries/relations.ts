import { constant, fragment } from '../../../../kernel/database/sql.js';

/** Of relations of users, `c` being pg_class and `n` its pg_namespace. */
export const ofUsers = fragment`
  c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')`;

/** As VACUUM, ANALYZE or a build has seen it last: without a look at the disk, and so without a lock. */
export const knownBytes = (alias: 'c' | 't' | 'x') =>
  fragment`${constant(alias)}.relpages * current_setting('block_size')::float8`;
