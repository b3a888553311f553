export interface RedundantIndexRow {
  index: string;
  coveredBy: string;
  kind: 'duplicate' | 'prefix';
}

/**
 * Indexes whose every use another one serves: the same leading columns with operator class, collation and sort
 * order, the same predicate and expressions, and INCLUDEd columns that the other one has too. Not those behind
 * constraints, replica identity or CLUSTER.
 */
export const listRedundantIndexes = `
WITH ix AS (
  SELECT i.indexrelid, i.indrelid, c.relam, i.indisunique, i.indimmediate, i.indnkeyatts AS n,
         (i.indkey::int2[])[0:i.indnkeyatts - 1] AS keys,
         (i.indclass::oid[])[0:i.indnkeyatts - 1] AS classes,
         (i.indcollation::oid[])[0:i.indnkeyatts - 1] AS collations,
         (i.indoption::int2[])[0:i.indnkeyatts - 1] AS options,
         coalesce((i.indkey::int2[])[i.indnkeyatts:i.indnatts - 1], '{}') AS included,
         coalesce(pg_get_expr(i.indexprs, i.indrelid), '') AS expressions,
         coalesce(pg_get_expr(i.indpred, i.indrelid), '') AS predicate,
         -- from PostgreSQL 15 on
         coalesce(to_jsonb(i) ->> 'indnullsnotdistinct', 'false') AS "nullsNotDistinct",
         i.indisreplident OR i.indisclustered
           OR EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid) AS "isNeeded"
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_namespace s ON s.oid = c.relnamespace
   WHERE i.indisvalid AND s.nspname <> 'information_schema' AND s.nspname !~ '^pg_'
), pairs AS (
  SELECT a.indexrelid AS "aId", b.indexrelid AS "bId", a.n AS "aN", b.n AS "bN", b.indisunique AS "bIsUnique",
         b."isNeeded" AS "bIsNeeded", a.indisunique AS "aIsUnique",
         a.n = b.n AND b.included <@ (a.included || a.keys) AS "isMutual"
    FROM ix a
    JOIN ix b ON b.indrelid = a.indrelid AND b.indexrelid <> a.indexrelid AND b.relam = a.relam
             AND b.expressions = a.expressions AND b.predicate = a.predicate
             AND b.keys[1:a.n] = a.keys AND b.classes[1:a.n] = a.classes
             AND b.collations[1:a.n] = a.collations AND b.options[1:a.n] = a.options
             AND a.included <@ (b.included || b.keys)
   WHERE NOT a."isNeeded"
     -- a unique one also forbids duplicates: only another unique one does that for it
     AND (NOT a.indisunique OR (a.n = b.n AND b.indisunique AND b.indimmediate
                                AND b."nullsNotDistinct" = a."nullsNotDistinct"))
)
SELECT p."aId"::regclass::text AS "index", p."bId"::regclass::text AS "coveredBy",
       CASE WHEN p."aN" = p."bN" THEN 'duplicate' ELSE 'prefix' END AS "kind"
  FROM pairs p
 WHERE NOT p."isMutual" OR p."bIsNeeded" OR (p."bIsUnique" AND NOT p."aIsUnique") OR p."aId" > p."bId"
 ORDER BY 1, 2`;

/** `table.column` of each unique index on one column alone. */
export const listUniqueColumns = `
SELECT CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname || '.' || a.attname AS "column"
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
 WHERE i.indisunique AND i.indnkeyatts = 1 AND i.indpred IS NULL
   AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'`;
