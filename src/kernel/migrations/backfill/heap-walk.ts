import type { QueryRunner } from 'typeorm';
import type { BackfillDefinition } from './definition.js';
import { rowsOf } from './rows.js';
import type { BackfillState } from './journal.js';
import type { Walk } from './walk.js';

/** In the progress row: how many blocks the heap had, and the file that it was. */
interface HeapEnd {
  blocks: number;
  file: string;
}

const parseEnd = (endKey: string): HeapEnd => {
  const [blocks, file = ''] = endKey.split('@');
  return { blocks: Number(blocks), file };
};
// A block's rows are numbered from 1: above (n,0) lies all of block n.
const startOf = (block: number) => `(${block},0)`;
const blockAfter = ({ lastKey }: BackfillState) => Number(/^\((\d+),0\)$/.exec(lastKey ?? startOf(0))?.[1]);

/**
 * By ranges of the heap's blocks: each is read and written once, in order, and the rows stay near those that they were
 * inserted with; by a random key each block would be written a dozen times, and its rows scattered over the table. A row
 * that a foreign UPDATE moves to a place that is behind us must be put right by a trigger. A table that is rewritten on the
 * way (VACUUM FULL, CLUSTER, pg_repack) is begun anew.
 */
export function heapWalk({ table, update }: BackfillDefinition): Walk {
  const readHeap = async (runner: QueryRunner): Promise<HeapEnd> => {
    const [heap] = await rowsOf<HeapEnd>(
      runner,
      `SELECT (pg_relation_size(c.oid) / current_setting('block_size')::int)::int AS "blocks",
              pg_relation_filenode(c.oid)::text AS "file"
         FROM pg_class c WHERE c.oid = to_regclass($1)`,
      [table],
    );
    return heap ?? { blocks: 0, file: '' };
  };
  return {
    async findEnd(runner) {
      const { blocks, file } = await readHeap(runner);
      return blocks === 0 ? null : `${blocks}@${file}`;
    },
    next(_runner, state, rows) {
      if (state.endKey === null) return Promise.resolve(null);
      const { blocks } = parseEnd(state.endKey);
      const from = blockAfter(state);
      if (from >= blocks) return Promise.resolve(null);
      const rowsPerBlock = Math.max(state.rowsEstimated / blocks, 1);
      const to = Math.min(blocks, from + Math.max(1, Math.round(rows / rowsPerBlock)));
      return Promise.resolve({ boundary: startOf(to), rows: Math.round((to - from) * rowsPerBlock) });
    },
    batch: (state, boundary) => ({ sql: update, parameters: [startOf(blockAfter(state)), boundary] }),
    isIntact: async (runner, { endKey }) =>
      endKey === null || (await readHeap(runner)).file === parseEnd(endKey).file,
  };
}
