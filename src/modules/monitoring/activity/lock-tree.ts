import type { LockWaitRow } from './queries/list-lock-waits.sql.js';

/** A session, or with pid 0 a prepared transaction, in the order of a tree: below whom it waits for. */
export interface LockNode {
  /** The blocker at the top, who waits for nobody. */
  rootPid: number;
  depth: number;
  pid: number;
  /** Of a prepared transaction. */
  preparedName: string | null;
  wait: LockWaitRow | null;
  /** All below it. */
  blocks: number;
  /** They wait for each other: PostgreSQL ends one of them after deadlock_timeout. */
  isInCycle: boolean;
}

interface Vertex {
  pid: number;
  preparedName: string | null;
}

const MAX_DEPTH = 50;

/** Who waits for whom. A session that waits for several is below each of the roots, and in one tree once. */
export function lockTree(waits: readonly LockWaitRow[]): LockNode[] {
  const waitOf = new Map(waits.map((wait) => [wait.pid, wait]));
  const below = new Map<string, LockWaitRow[]>();
  const vertices = new Map<string, Vertex>();
  for (const wait of waits)
    for (const blocker of blockersOf(wait)) {
      vertices.set(keyOf(blocker), blocker);
      below.set(keyOf(blocker), [...(below.get(keyOf(blocker)) ?? []), wait]);
    }
  const walk = (root: Vertex, isInCycle: boolean): LockNode[] => {
    const nodes: LockNode[] = [];
    const seen = new Set<string>();
    const visit = (vertex: Vertex, depth: number): number => {
      seen.add(keyOf(vertex));
      const wait = vertex.pid === 0 ? null : (waitOf.get(vertex.pid) ?? null);
      const node = { rootPid: root.pid, depth, ...vertex, wait, blocks: 0, isInCycle };
      nodes.push(node);
      for (const next of depth < MAX_DEPTH ? (below.get(keyOf(vertex)) ?? []) : [])
        if (!seen.has(keyOf(vertexOf(next)))) node.blocks += 1 + visit(vertexOf(next), depth + 1);
      return node.blocks;
    };
    visit(root, 0);
    return nodes;
  };
  const trees = [...vertices.values()].filter(({ pid }) => !waitOf.has(pid)).map((root) => walk(root, false));
  const reached = new Set(trees.flat().map(keyOf));
  // Whom no root leads to is in a cycle, or behind one.
  for (const wait of waits)
    if (!reached.has(keyOf(vertexOf(wait)))) {
      const tree = walk(vertexOf(wait), true);
      for (const node of tree) reached.add(keyOf(node));
      trees.push(tree);
    }
  return trees.sort((one, other) => (other[0]?.blocks ?? 0) - (one[0]?.blocks ?? 0)).flat();
}

const vertexOf = ({ pid }: { pid: number }): Vertex => ({ pid, preparedName: null });
const keyOf = ({ pid, preparedName }: Vertex) =>
  preparedName === null ? String(pid) : `prepared ${preparedName}`;

function blockersOf({ blockedBy, prepared }: LockWaitRow): Vertex[] {
  const names = new Set(prepared.map(({ name }) => name));
  const found = [...new Set(blockedBy)].filter((pid) => pid !== 0).map((pid) => vertexOf({ pid }));
  const unnamed = blockedBy.includes(0) && names.size === 0 ? [{ pid: 0, preparedName: '' }] : [];
  return [...found, ...[...names].map((name) => ({ pid: 0, preparedName: name })), ...unnamed];
}
