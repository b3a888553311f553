import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../database.js';
import { DomainError } from '../../errors/domain-error.js';
import type { Sql } from '../sql.js';
import type { QueryRunner } from '../wire.js';
import type { CallerPlace, CallerPlaces } from './caller-places.js';
import { requestContext } from '../request-context.js';
import type { ReadContext } from './read-context.js';
import type { Replica } from './replica.js';
import type { Replicas } from './replicas.js';

/** A caller who reads at the primary without a pause is kept waiting once so long at most, for a replica to catch up. */
const RETURN_WAIT_MS = 400;
const RETURN_AFTER_MS = 1000;
const STEP_MS = 10;

export interface ReadsLog {
  /** One statement was answered by this node. */
  answeredBy(node: string): void;
  /** A replica failed, and the primary was asked. */
  retried(replica: string): void;
}

/**
 * Where reads go that may be a moment old: to a replica that has all that the caller has written and seen, else to the
 * primary. Without a request around it, to the primary.
 */
export class Reads implements QueryRunner {
  constructor(
    private readonly primary: Pick<Database, 'query'>,
    private readonly replicas: Replicas,
    private readonly places: CallerPlaces,
    private readonly log: ReadsLog,
  ) {}

  query<Row>(statement: Sql<Row>): Promise<Row[]> {
    const context = requestContext.getStore()?.reads;
    return context === undefined || context.isOver || this.replicas.all.length === 0
      ? this.primary.query(statement)
      : this.queryFor(context, statement);
  }

  private async queryFor<Row>(context: ReadContext, statement: Sql<Row>): Promise<Row[]> {
    const replica = await this.nodeOf(context);
    if (replica !== null) {
      const rows = await this.tryReplica(replica, statement);
      if (rows !== null) {
        this.places.read(context.callerId, replica);
        return rows;
      }
      // The primary is ahead of every replica: the request may go on there, and never back.
      context.node = null;
    }
    const rows = await this.primary.query(statement);
    this.places.read(context.callerId, null);
    this.log.answeredBy('primary');
    return rows;
  }

  /** null: ask the primary. Throws what the primary would answer too. */
  private async tryReplica<Row>(replica: Replica, statement: Sql<Row>): Promise<Row[] | null> {
    try {
      const rows = await replica.query(statement);
      this.log.answeredBy(replica.name);
      return rows;
    } catch (error) {
      if (!isOfTheReplica(error)) throw error;
      this.log.retried(replica.name);
      return null;
    }
  }

  private async nodeOf(context: ReadContext): Promise<Replica | null> {
    const { node } = context;
    if (node === null || node?.isUsable === true) return node;
    // The request's replica has left: what it has shown the primary shows too.
    context.node = node === undefined ? await this.choose(context) : null;
    return context.node;
  }

  private async choose({ callerId, after }: ReadContext): Promise<Replica | null> {
    if (after === null) return null;
    const usable = this.replicas.usableFor(callerId, after);
    const [first] = usable;
    const place = this.places.get(callerId);
    if (first === undefined || place === undefined) return first ?? null;
    const found = usable.find((replica) => holdsAllOf(place, replica));
    return found ?? (place.node === null ? this.bringBack(callerId, first, place) : null);
  }

  // Reads that follow upon each other at the primary always have something newer than a replica is known to have: they
  // are held, all of the caller's, until it is known to have what the last of them has seen.
  private async bringBack(callerId: string, replica: Replica, place: CallerPlace): Promise<Replica | null> {
    if (replica.upToDateAt < place.wroteAt) return null;
    const now = performance.now();
    place.awaitedSince ??= now;
    if (now - place.awaitedSince < RETURN_AFTER_MS) return null;
    for (const until = now + RETURN_WAIT_MS; performance.now() < until; await sleep(STEP_MS)) {
      const latest = this.places.get(callerId) ?? place;
      if (!replica.isUsable) return null;
      if (holdsAllOf(latest, replica)) return replica;
    }
    place.awaitedSince = null;
    return null;
  }
}

const holdsAllOf = ({ node, readAt }: CallerPlace, replica: Replica) =>
  node === replica || replica.upToDateAt >= readAt;

/** Everything but what the statement itself is to blame for, or has taken its time for. */
function isOfTheReplica(error: unknown): boolean {
  if (!(error instanceof DomainError)) return true;
  return error.kind !== 'invalid' && error.code !== 'statement_timeout' && error.code !== 'database_busy';
}
