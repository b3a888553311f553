import { z } from 'zod';
import type { BloatBound, BloatBounds } from './bloat.reads.js';

// An index of random keys settles at 30 % by itself, and would be there again soon.
const INDEX_RATIO = 0.4;
const INDEX_BYTES = 64 * 1024 * 1024;
const TABLE_RATIO = 0.4;
const TABLE_BYTES = 256 * 1024 * 1024;

const ratio = z.number().min(0).max(1);
const bytes = z.number().int().nonnegative();

export const indexBoundShape = {
  min_ratio: ratio
    .default(INDEX_RATIO)
    .describe('Wasted share of its size from which on an index is rebuilt.'),
  min_bytes: bytes.default(INDEX_BYTES).describe('Wasted bytes from which on an index is rebuilt.'),
};
export const tableBoundShape = {
  min_ratio: ratio
    .default(TABLE_RATIO)
    .describe('Wasted share of its size from which on a table is rewritten.'),
  min_bytes: bytes.default(TABLE_BYTES).describe('Wasted bytes from which on a table is rewritten.'),
};

/** From where on the jobs act, unless they are told otherwise. */
export const bloatBounds: BloatBounds = {
  indexes: { minRatio: INDEX_RATIO, minBytes: INDEX_BYTES },
  tables: { minRatio: TABLE_RATIO, minBytes: TABLE_BYTES },
};

/** Beside those of indexes. */
export const repackBoundShape = {
  table_min_ratio: tableBoundShape.min_ratio,
  table_min_bytes: tableBoundShape.min_bytes,
};

export const boundOf = (p: { min_ratio: number; min_bytes: number }): BloatBound => ({
  minRatio: p.min_ratio,
  minBytes: p.min_bytes,
});
