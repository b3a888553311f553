import { createHash } from 'node:crypto';

/** A node of EXPLAIN (FORMAT JSON), of which we know some fields. */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Total Cost'?: number;
  readonly Schema?: string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly PlanNode[];
  readonly [field: string]: unknown;
}

/** What makes a plan another one: not its costs, and not the names that the statement gives things. */
const shapeFields = [
  ...[
    'Node Type',
    'Strategy',
    'Partial Mode',
    'Operation',
    'Join Type',
    'Scan Direction',
    'Parent Relationship',
  ],
  ...['Subplan Name', 'CTE Name', 'Schema', 'Relation Name', 'Function Name', 'Index Name'],
] as const;

export interface PlanShape {
  /** The same for plans that do the same. */
  fingerprint: string;
  cost: number;
  /** With their schemas, as PostgreSQL reads them, sorted. */
  indexes: string[];
}

export function shapeOf(plan: PlanNode): PlanShape {
  const indexes = new Set<string>();
  const shape = (node: PlanNode, schema: string | undefined): unknown => {
    // A bitmap's index scan does not say its schema, but the heap scan above it does.
    const own = node.Schema ?? schema;
    const index = node['Index Name'];
    if (index !== undefined)
      indexes.add(
        [own, index]
          .flatMap((name) => name ?? [])
          .map(quoted)
          .join('.'),
      );
    return [
      shapeFields.map((field) => node[field] ?? null),
      (node.Plans ?? []).map((child) => shape(child, own)),
    ];
  };
  const text = JSON.stringify(shape(plan, undefined));
  return {
    fingerprint: createHash('sha256').update(text).digest('hex').slice(0, 16),
    cost: plan['Total Cost'] ?? 0,
    indexes: [...indexes].sort(),
  };
}

const quoted = (name: string) =>
  /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
