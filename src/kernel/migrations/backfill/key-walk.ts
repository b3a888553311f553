import type { BackfillDefinition } from './definition.js';
import { firstBatchStatement, NIL_UUID } from './key-range.js';
import { rowsOf } from './rows.js';
import type { Range, Walk } from './walk.js';

/** By ranges of a uuid with a unique index. */
export function keyWalk(definition: BackfillDefinition): Walk {
  const { table, key, update } = definition;
  const firstUpdate = firstBatchStatement(definition);
  return {
    async findEnd(runner) {
      const [greatest] = await rowsOf<{ key: string }>(
        runner,
        `SELECT t.${key} AS "key" FROM ${table} t ORDER BY t.${key} DESC LIMIT 1`,
      );
      return greatest?.key ?? null;
    },
    async next(runner, { lastKey, endKey }, rows) {
      if (endKey === null) return null;
      const [range] = await rowsOf<Range>(
        runner,
        `SELECT b.boundary, b.rows
           FROM (SELECT t.${key} AS boundary, (row_number() OVER (ORDER BY t.${key}))::int AS rows
                   FROM ${table} t
                  WHERE t.${key} ${lastKey === null ? '>=' : '>'} $1 AND t.${key} <= $2
                  ORDER BY t.${key} LIMIT $3) b
          ORDER BY b.rows DESC LIMIT 1`,
        [lastKey ?? NIL_UUID, endKey, rows],
      );
      return range ?? null;
    },
    batch: ({ lastKey }, boundary) => ({
      sql: lastKey === null ? firstUpdate : update,
      parameters: [lastKey ?? NIL_UUID, boundary],
    }),
    isIntact: () => Promise.resolve(true),
  };
}
