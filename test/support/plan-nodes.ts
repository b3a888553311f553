import type { PlanNode } from './explained-session.js';

/** A node and those above it, nearest first. */
export interface Placed {
  node: PlanNode;
  above: PlanNode[];
}

export function* nodesOf(node: PlanNode, above: PlanNode[] = []): Generator<Placed> {
  yield { node, above };
  for (const child of node.Plans ?? []) yield* nodesOf(child, [node, ...above]);
}

/** Scans of tables. An index of a bitmap belongs to the table of the node above it. */
export const scansOf = (plan: PlanNode): Placed[] =>
  [...nodesOf(plan)].filter(({ node }) => /Scan$/.test(node['Node Type']) && tableOf(node) !== undefined);

const tableOf = (node: PlanNode) =>
  node['Node Type'] === 'Bitmap Index Scan' ? undefined : node['Relation Name'];

const indexesOf = (node: PlanNode): string[] =>
  node['Index Name'] === undefined
    ? (node.Plans ?? []).flatMap(indexesOf)
    : [node['Index Name'], ...(node.Plans ?? []).flatMap(indexesOf)];

/** Each table's ways of access: names of indexes, or the scan's kind where it has none. */
export function accessOf(plan: PlanNode): Record<string, string[]> {
  const found: Record<string, Set<string>> = {};
  for (const { node } of scansOf(plan)) {
    const names = indexesOf(node);
    const ways = (found[node['Relation Name'] as string] ??= new Set());
    for (const way of names.length === 0 ? [node['Node Type']] : names) ways.add(way);
  }
  return Object.fromEntries(
    Object.entries(found)
      .sort()
      .map(([table, ways]) => [table, [...ways].sort()]),
  );
}

/** Rows that scans of the table have looked at; those left out by a filter and the entries of bitmaps included. */
export const rowsLookedAt = (plan: PlanNode, table: string): number =>
  scansOf(plan)
    .filter(({ node }) => node['Relation Name'] === table)
    .flatMap(({ node }) => [...nodesOf(node)])
    .reduce((sum, { node }) => sum + node['Actual Loops'] * rowsOfLoop(node), 0);

const rowsOfLoop = (node: PlanNode) =>
  node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);

const gathersAll = (node: PlanNode) =>
  /Sort$|^Hash/.test(node['Node Type']) ||
  node['Node Type'] === 'Memoize' ||
  node.Strategy === 'Hashed' ||
  node.Strategy === 'Mixed';

/** Nodes of the CTE that collect rows of the table, or put them in order, before a LIMIT ends the scan. */
export function gatheredBelowLimit(plan: PlanNode, cte: string, table: string): string[] {
  return scansOf(plan)
    .filter(({ node, above }) => node['Relation Name'] === table && isIn(above, node, cte))
    .flatMap(({ above }) => {
      const end = above.findIndex((each) => each['Node Type'] === 'Limit');
      return end === -1
        ? ['no Limit']
        : above
            .slice(0, end)
            .filter(gathersAll)
            .map((each) => each['Node Type']);
    });
}

const isIn = (above: PlanNode[], node: PlanNode, cte: string) =>
  [node, ...above].some((each) => each['Subplan Name'] === `CTE ${cte}`);
