import { fragment, sql } from '../../../../kernel/database/sql.js';
import { ofUsers } from './relations.js';

export interface SequenceRow {
  /** `schema.sequence`, quoted where it has to be. */
  sequence: string;
  /** `schema.table`, and its column; null: no column takes its values by default. */
  table: string | null;
  column: string | null;
  columnType: string | null;
  /** Null: nothing was taken yet, or this role may not read it. */
  lastValue: string | null;
  mayRead: boolean;
  /** What it ends at: its own end, or that of the column's type if that is nearer. */
  end: string;
  /** That of the sequence alone. */
  ownEnd: string;
  /** Of the way from its start of range to the end. */
  usedShare: number | null;
  /** Values that are left. */
  left: number | null;
}

const typeEnd = (end: 'min' | 'max') => {
  const bound = (max: string) => (end === 'max' ? fragment`${max}::numeric` : fragment`-${max}::numeric - 1`);
  return fragment`CASE a.atttypid WHEN 'int2'::regtype THEN ${bound('32767')} WHEN 'int4'::regtype THEN ${bound('2147483647')}
                                  WHEN 'int8'::regtype THEN ${bound('9223372036854775807')} END`;
};

/** Of users, without those that begin anew at their end; the nearest to it first. By ownership or by a column's default. */
export const listSequences = (p: { limit: number; offset: number }) => sql<SequenceRow & { total: number }>(
  'monitoring.list-sequences',
)`
  WITH taker AS MATERIALIZED (
    SELECT d.objid AS sequence, d.refobjid AS relation, d.refobjsubid AS number
      FROM pg_sequence s
      JOIN pg_depend d ON d.objid = s.seqrelid
     WHERE d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
       AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
     UNION
    SELECT d.refobjid, f.adrelid, f.adnum
      FROM pg_sequence s
      JOIN pg_depend d ON d.refobjid = s.seqrelid
      JOIN pg_attrdef f ON f.oid = d.objid
     WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass)
  SELECT q.*, count(*) OVER ()::int AS "total"
    FROM (
      SELECT DISTINCT ON (c.oid) format('%I.%I', n.nspname, c.relname) AS "sequence",
             CASE WHEN t.oid IS NOT NULL THEN format('%I.%I', tn.nspname, t.relname) END AS "table", a.attname AS "column",
             format_type(a.atttypid, NULL) AS "columnType", v.last::text AS "lastValue", v.readable AS "mayRead",
             e.bound::text AS "end", e.own::text AS "ownEnd",
             (v.last - e.beginning)::float8 / nullif(e.bound - e.beginning, 0)::float8 AS "usedShare",
             greatest(floor((e.bound - v.last) / s.seqincrement), 0)::float8 AS "left"
        FROM pg_sequence s
        JOIN pg_class c ON c.oid = s.seqrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
       CROSS JOIN LATERAL (SELECT has_sequence_privilege(c.oid, 'SELECT, USAGE') AS readable) r
       CROSS JOIN LATERAL (
         SELECT r.readable, CASE WHEN r.readable THEN pg_sequence_last_value(c.oid) END::numeric AS last) v
        LEFT JOIN taker o ON o.sequence = c.oid
        LEFT JOIN pg_class t ON t.oid = o.relation
        LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace
        LEFT JOIN pg_attribute a ON a.attrelid = o.relation AND a.attnum = o.number AND NOT a.attisdropped
       CROSS JOIN LATERAL (
         SELECT CASE WHEN s.seqincrement > 0 THEN s.seqmin ELSE s.seqmax END::numeric AS beginning,
                CASE WHEN s.seqincrement > 0 THEN s.seqmax ELSE s.seqmin END::numeric AS own,
                CASE WHEN s.seqincrement > 0 THEN least(s.seqmax, ${typeEnd('max')})
                     ELSE greatest(s.seqmin, ${typeEnd('min')}) END AS bound) e
       WHERE ${ofUsers} AND NOT s.seqcycle
       ORDER BY c.oid, e.bound * sign(s.seqincrement)) q
   ORDER BY q."usedShare" DESC NULLS LAST, q."sequence"
   LIMIT ${p.limit} OFFSET ${p.offset}`;
