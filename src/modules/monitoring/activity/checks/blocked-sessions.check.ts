import type { QueryRunner } from '../../../../kernel/database/database.js';
import { describeBackend } from '../../../../kernel/database/pressure.js';
import type { Check, CheckResult, Finding } from '../../checks/check.js';
import { ActivityReads, type SessionFacts } from '../activity.reads.js';
import { cutLimits, sessionLimits } from '../limits.js';
import { lockTree, type LockNode } from '../lock-tree.js';
import type { ActivityBounds } from './activity-bounds.js';
import { rollbackPreparedSql, seconds, sessionObject, terminateSql } from './fixes.js';

const MAX_WAITS = 100;
const CRITICAL_SECONDS = 60;
const CRITICAL_BLOCKED = 10;
const SHOWN_NODES = 10;

/** A finding is the root of a tree: who waits for nobody, and has the others wait. */
export class BlockedSessionsCheck implements Check {
  readonly name = 'blocked-sessions';
  readonly cadence = 'minutely';
  readonly description: string;

  constructor(private readonly bounds: ActivityBounds) {
    this.description = `Sessions for which others have waited ${bounds.lockWaitSeconds} s or longer, directly or behind each other.`;
  }

  async find(runner: QueryRunner): Promise<CheckResult> {
    const reads = new ActivityReads(runner);
    const waits = await reads.lockWaits(MAX_WAITS);
    const trees = treesOf(lockTree(waits)).filter((tree) => longest(tree) >= this.bounds.lockWaitSeconds);
    const sessions = await reads.sessionsOf(
      trees.flatMap(([root]) => (root === undefined ? [] : [root.pid])),
    );
    return {
      // Of a cycle PostgreSQL takes care itself.
      findings: trees.flatMap(([root, ...below]) =>
        root === undefined || root.isInCycle ? [] : [this.finding(root, below, sessions.get(root.pid))],
      ),
      limits: [
        ...sessionLimits(await reads.viewer(), 'who blocks others is not all told'),
        ...cutLimits(waits.length, MAX_WAITS, 'waiting sessions'),
      ],
    };
  }

  private finding(root: LockNode, below: readonly LockNode[], session: SessionFacts | undefined): Finding {
    const waited = longest(below);
    const isPrepared = root.preparedName !== null;
    const who = isPrepared
      ? `The prepared transaction ${root.preparedName}`
      : describeBackend({
          pid: root.pid,
          role: session?.user ?? null,
          application: session?.application ?? null,
        });
    return {
      object: isPrepared
        ? `prepared transaction ${root.preparedName}`
        : sessionObject({ pid: root.pid, backendStart: session?.backendStart ?? null }),
      severity: waited >= CRITICAL_SECONDS || below.length >= CRITICAL_BLOCKED ? 'critical' : 'warning',
      title: `${who} blocks ${below.length} sessions, one of them for ${seconds(waited)}`,
      evidence: {
        blocked_sessions: below.length,
        longest_wait_seconds: waited,
        bound_seconds: this.bounds.lockWaitSeconds,
        state: session?.state ?? null,
        transaction_seconds: session?.transactionSeconds ?? null,
        chain: below.slice(0, SHOWN_NODES).map(chainText).join('; '),
      },
      why: 'They do nothing until it ends, hold what they have locked themselves, and each takes a connection of its pool.',
      fixSql: isPrepared
        ? rollbackPreparedSql(root.preparedName ?? '')
        : session === undefined || session.backendType !== 'client backend'
          ? null
          : terminateSql(session),
      advice: adviceOf(root, below, session),
      action: null,
    };
  }
}

function treesOf(nodes: readonly LockNode[]): LockNode[][] {
  const trees: LockNode[][] = [];
  for (const node of nodes)
    if (node.depth === 0) trees.push([node]);
    else trees.at(-1)?.push(node);
  return trees;
}

const longest = (nodes: readonly LockNode[]) =>
  Math.max(0, ...nodes.map(({ wait }) => wait?.waitSeconds ?? 0));

const chainText = ({ depth, pid, wait }: LockNode) =>
  `${'> '.repeat(depth)}${pid} waits ${seconds(wait?.waitSeconds ?? 0)} for ${wait?.mode} on ${wait?.relation ?? wait?.lockType}`;

function adviceOf(root: LockNode, below: readonly LockNode[], session: SessionFacts | undefined): string {
  if (root.preparedName !== null)
    return 'Its transaction manager has to end it: COMMIT PREPARED or ROLLBACK PREPARED.';
  if (session?.backendType === 'autovacuum worker')
    return 'It is an autovacuum to prevent wraparound, which gives way to nobody: let it end.';
  if (session?.application?.startsWith('ethhook-admin job ') === true)
    return 'It is a maintenance run: cancel the run, so that it ends in order.';
  const queued = below.find(({ depth, wait }) => depth === 1 && wait?.mode === 'AccessExclusiveLock');
  return queued === undefined
    ? 'Have its transaction end, or end the session; transactions that take locks should be short.'
    : `${queued.pid} waits for an exclusive lock, and whoever wants the table waits behind it: cancelling that one sets them ` +
        'free at once. Run such statements with a short lock_timeout, and try again.';
}
