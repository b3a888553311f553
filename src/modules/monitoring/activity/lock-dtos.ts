import { sessionDto } from './activity-dtos.js';
import type { LockWaitRow, SessionFacts } from './activity.reads.js';
import type { LocksDto } from './dto/locks.dto.js';
import type { LockNode } from './lock-tree.js';

type NodeDto = LocksDto['nodes'][number];

export const locksDto = (
  waits: readonly LockWaitRow[],
  nodes: readonly LockNode[],
  sessions: ReadonlyMap<number, SessionFacts>,
): Pick<LocksDto, 'waiting' | 'nodes'> => ({
  waiting: waits.length,
  nodes: nodes.map((node) => nodeDto(node, sessions.get(node.pid))),
});

const nodeDto = (node: LockNode, session: SessionFacts | undefined): NodeDto => ({
  root_pid: node.rootPid,
  depth: node.depth,
  pid: node.pid === 0 ? null : node.pid,
  prepared_transaction: node.preparedName,
  blocks: node.blocks,
  is_in_cycle: node.isInCycle,
  wait: node.wait === null ? null : waitDto(node.wait),
  session: session === undefined ? null : sessionDto(session),
});

const waitDto = (wait: LockWaitRow): NonNullable<NodeDto['wait']> => ({
  mode: wait.mode,
  lock_type: wait.lockType,
  relation: wait.relation,
  seconds: Math.max(0, wait.waitSeconds),
  blocked_by: [
    // PostgreSQL names a session once for each process that it has at work.
    ...[...new Set(wait.blockedBy)]
      .filter((pid) => pid !== 0)
      .map((pid) => ({
        pid,
        prepared_transaction: null,
        modes: modesOf(wait.held.filter((held) => held.pid === pid)),
      })),
    ...[...new Set(wait.prepared.map(({ name }) => name))].map((name) => ({
      pid: null,
      prepared_transaction: name,
      modes: modesOf(wait.prepared.filter((held) => held.name === name)),
    })),
  ],
});

const modesOf = (held: readonly { mode: string }[]) => held.map(({ mode }) => mode);
