import type { QueryRunner, TransactionOptions } from '../../kernel/database/database.js';
import { DeletionsRepository, type UnfinishedDeletion } from './deletions.repository.js';

/** Where the transactions of a removal run: the leader's session. */
export interface RemovalSession {
  transaction<T>(options: TransactionOptions, run: (tx: QueryRunner) => Promise<T>): Promise<T>;
}

/** Whoever holds a lock goes first, and those that queue up behind us are not kept for longer. */
const LOCK_TIMEOUT_MS = 300;

/** Removes what is hidden, a bounded step at a time. Each transaction is all or nothing, so it may be killed anywhere. */
export class Removal {
  /** Where the last batch of an endpoint ended: before it there is next to nothing. */
  private readonly places = new Map<string, string>();

  constructor(private readonly session: RemovalSession) {}

  /** Undefined when nothing but those in `except` is to be removed. */
  pick(except: readonly string[], maxUnfolded: number): Promise<UnfinishedDeletion | undefined> {
    return this.transaction((repository) => repository.pick(except, maxUnfolded));
  }

  /** Up to `limit` attempts of one endpoint, then the endpoint, after the last one the application. Returns how many attempts. */
  async step(deletion: UnfinishedDeletion, limit: number): Promise<number> {
    const batch = await this.transaction((repository) => this.removeBatch(repository, deletion, limit));
    if (batch === null) {
      await this.transaction((repository) => this.finish(repository, deletion));
      return 0;
    }
    const { endpointId, from, removed, lastAt } = batch;
    if (removed === limit) {
      if (lastAt !== null) this.places.set(endpointId, lastAt);
      return removed;
    }
    this.places.delete(endpointId);
    if (from !== null) return removed;
    return removed + (await this.transaction((repository) => this.close(repository, deletion, limit)));
  }

  async prune(keptDays: number): Promise<void> {
    await this.transaction((repository) => repository.prune(keptDays));
  }

  /** Beside writers of attempts: those that they hold are left for later. */
  private async removeBatch(repository: DeletionsRepository, deletion: UnfinishedDeletion, limit: number) {
    await repository.hideEndpointsOf(deletion);
    const endpointId = await repository.lockEndpoint(deletion, 'share');
    if (endpointId === undefined) return null;
    const from = this.places.get(endpointId) ?? null;
    const which = { endpointId, from, limit, locked: 'skip' } as const;
    return { endpointId, from, ...(await repository.removeAttempts(deletion, which)) };
  }

  /** Writers of attempts wait, and then learn that there is no such endpoint. */
  private async close(
    repository: DeletionsRepository,
    deletion: UnfinishedDeletion,
    limit: number,
  ): Promise<number> {
    const endpointId = await repository.lockEndpoint(deletion, 'update');
    if (endpointId === undefined) return 0;
    let removed = 0;
    while (removed < limit) {
      const which = { endpointId, from: null, limit: limit - removed, locked: 'wait' } as const;
      const last = await repository.removeAttempts(deletion, which);
      removed += last.removed;
      if (last.removed > 0) continue;
      await repository.removeEndpoint(deletion.userId, endpointId);
      break;
    }
    return removed;
  }

  private async finish(repository: DeletionsRepository, deletion: UnfinishedDeletion): Promise<void> {
    const { userId, resourceType, resourceId } = deletion;
    const isDone = resourceType === 'endpoint' || (await repository.removeApplication(userId, resourceId));
    if (isDone) await repository.finish(deletion);
  }

  private transaction<T>(run: (repository: DeletionsRepository) => Promise<T>): Promise<T> {
    return this.session.transaction({ work: 'background' }, async (tx) => {
      const repository = new DeletionsRepository(tx);
      await repository.waitForLocks(LOCK_TIMEOUT_MS);
      return run(repository);
    });
  }
}
