import type { PendingSchema } from './pending-schema.js';
import { lockModes } from './lock-modes.js';
import type { Effect, RelationLock, StatementDescription } from './statement-description.js';

/** The description with what the catalogs add: tables of indexes and foreign keys, scans that a CHECK spares. */
export function resolveStatement(
  description: StatementDescription,
  schema: PendingSchema,
  transaction: string,
): StatementDescription {
  const resolved = description.effects.map((effect) => resolveEffect(effect, schema));
  const effects = resolved.flatMap(({ effects }) => effects);
  const locks = description.locks && [
    ...description.locks.flatMap((lock) => locksOn(lock, schema)),
    ...resolved.flatMap(({ locks }) => locks ?? []),
    ...locksOfDropped(description, schema),
  ];
  const missing = (description.locks ?? []).filter(
    ({ relation, mode, isNew }) => !isNew && mode !== 'ACCESS SHARE' && !schema.isThere(relation),
  );
  return {
    ...description,
    locks: locks && strongestOfEach(locks.map((lock) => markOwn(lock, schema, transaction))),
    effects: effects.length > 0 ? effects : [{ work: 'catalog only' }],
    remarks: [
      ...new Set([
        ...description.remarks,
        ...resolved.flatMap(({ remark }) => remark ?? []),
        ...missing.map(({ relation }) => `${relation} is not there now`),
      ]),
    ],
  };
}

function locksOn(lock: RelationLock, schema: PendingSchema): RelationLock[] {
  const { relation, mode, onTableOf } = lock;
  if (mode === 'ACCESS SHARE') return schema.isThere(relation) ? [lock] : [];
  if (!onTableOf) return [lock];
  const table = schema.tableOf(relation);
  return table === null ? [] : [{ relation: table, mode }];
}

function locksOfDropped({ changes, effects }: StatementDescription, schema: PendingSchema): RelationLock[] {
  const referenced = [
    ...changes.flatMap((change) => {
      if (change.made === 'no constraint') return schema.referencedBy(change.table, change.name) ?? [];
      return change.made === 'no column' ? schema.referenced(change.table, change.name) : [];
    }),
    ...effects.flatMap((effect) =>
      effect.work === 'drops' && effect.kind === 'table' ? schema.referenced(effect.relation) : [],
    ),
  ];
  // The triggers that guard a foreign key are dropped from both tables.
  return referenced.map((relation) => ({ relation, mode: 'ACCESS EXCLUSIVE' }));
}

interface Resolved {
  effects: Effect[];
  locks?: RelationLock[];
  remark?: string;
}

function resolveEffect(effect: Effect, schema: PendingSchema): Resolved {
  if (effect.work === 'scans') return scanUnlessProven(effect, effect.unlessProven, schema);
  if (effect.work === 'adopts an index')
    return effect.primary
      ? scanUnlessProven(
          { work: 'scans', relation: effect.relation },
          schema.indexColumns(effect.relation, effect.index),
          schema,
        )
      : { effects: [] };
  if (effect.work !== 'validates' || effect.references !== undefined) return { effects: [effect] };
  if (schema.isValid(effect.relation, effect.constraint))
    return { effects: [], remark: `no scan: ${effect.constraint} is valid already` };
  const references =
    effect.constraint === null ? null : schema.referencedBy(effect.relation, effect.constraint);
  if (references === null) return { effects: [effect] };
  return { effects: [{ ...effect, references }], locks: [{ relation: references, mode: 'ROW SHARE' }] };
}

function scanUnlessProven(
  scan: Effect & { relation: string },
  columns: string[] | undefined,
  schema: PendingSchema,
): Resolved {
  const isProven = columns?.every((column) => schema.isNeverNull(scan.relation, column)) ?? false;
  return isProven
    ? { effects: [], remark: `no scan: ${columns?.join(', ')} is known never to be NULL` }
    : { effects: [scan] };
}

const markOwn = (lock: RelationLock, schema: PendingSchema, transaction: string): RelationLock =>
  schema.isOwn(lock.relation, transaction) ? { ...lock, isNew: true } : lock;

function strongestOfEach(locks: readonly RelationLock[]): RelationLock[] {
  const strongest = new Map<string, RelationLock>();
  for (const lock of locks) {
    const other = strongest.get(lock.relation);
    if (other === undefined || lockModes.indexOf(lock.mode) > lockModes.indexOf(other.mode))
      strongest.set(lock.relation, lock);
  }
  return [...strongest.values()];
}
