import type { QueryRunner } from '../../kernel/database/database.js';
import { hideEndpointsOf } from './queries/hide-endpoints-of.sql.js';
import { hideResource } from './queries/hide-resource.sql.js';
import { lockDoomedApplication, lockDoomedEndpoint, type Doomed } from './queries/lock-doomed.sql.js';
import { pickDeletion, type UnfinishedDeletionRow } from './queries/pick-deletion.sql.js';
import { addRemovedAttempts, finishDeletion, pruneDeletions } from './queries/record-removal.sql.js';
import { releaseApplication, releaseEndpoints } from './queries/release-resources.sql.js';
import { planWithoutSorts, removeAttempts } from './queries/remove-attempts.sql.js';
import { removeApplication, removeEndpoint } from './queries/remove-resource.sql.js';
import { requestDeletion } from './queries/request-deletion.sql.js';
import { setLockTimeout } from './queries/set-lock-timeout.sql.js';

export type UnfinishedDeletion = UnfinishedDeletionRow;

/** Hides, and removes what is hidden. The transaction is the caller's. */
export class DeletionsRepository {
  constructor(private readonly tx: QueryRunner) {}

  async waitForLocks(ms: number): Promise<void> {
    await this.tx.query(setLockTimeout({ ms }));
  }

  /** With the endpoints of an application. Returns its name; undefined where the user has none that is not hidden yet. */
  async hide(resource: Doomed): Promise<string | undefined> {
    const [row] = await this.tx.query(hideResource(resource));
    if (row === undefined) return undefined;
    await this.hideEndpointsOf(resource);
    return row.name;
  }

  /** In the transaction that hides it. Returns the deletion's id. */
  async request(resource: Doomed, name: string): Promise<string> {
    const [row] = await this.tx.query(requestDeletion({ ...resource, name }));
    if (row === undefined) throw new Error('an INSERT of an aggregate gave no row');
    return row.id;
  }

  async pick(except: readonly string[], maxUnfolded: number): Promise<UnfinishedDeletion | undefined> {
    const [row] = await this.tx.query(pickDeletion({ except, maxUnfolded }));
    return row;
  }

  async hideEndpointsOf({ userId, resourceType, resourceId }: Doomed): Promise<void> {
    if (resourceType === 'application')
      await this.tx.query(hideEndpointsOf({ userId, applicationId: resourceId }));
  }

  /** Undefined where no endpoint is left to be removed. */
  async lockEndpoint(doomed: Doomed, strength: 'share' | 'update'): Promise<string | undefined> {
    const { userId, resourceType, resourceId } = doomed;
    const [row] = await this.tx.query(lockDoomedEndpoint({ userId, resourceType, resourceId, strength }));
    return row?.id;
  }

  /** Under a lock of the endpoint. */
  async removeAttempts(
    deletion: UnfinishedDeletion,
    which: { endpointId: string; from: string | null; limit: number; locked: 'wait' | 'skip' },
  ): Promise<{ removed: number; lastAt: string | null }> {
    await this.tx.query(planWithoutSorts());
    const [row] = await this.tx.query(removeAttempts({ userId: deletion.userId, ...which }));
    const removed = Number(row?.removed ?? 0);
    if (removed > 0) await this.tx.query(addRemovedAttempts({ deletionId: deletion.id, removed }));
    return { removed, lastAt: row?.lastAt ?? null };
  }

  async removeEndpoint(userId: string, endpointId: string): Promise<void> {
    await this.tx.query(removeEndpoint({ userId, endpointId }));
  }

  /** False where there are endpoints in it again. True also where there is no such application any more. */
  async removeApplication(userId: string, applicationId: string): Promise<boolean> {
    const [locked] = await this.tx.query(lockDoomedApplication({ userId, applicationId }));
    if (locked === undefined) return true;
    const removed = await this.tx.query(removeApplication({ userId, applicationId }));
    return removed.length > 0;
  }

  /** What it has hidden and did not remove is seen again, since it is elsewhere now. */
  async finish({ id, userId, resourceType, resourceId, requestedAt }: UnfinishedDeletion): Promise<void> {
    if (resourceType === 'application')
      await this.tx.query(releaseApplication({ userId, applicationId: resourceId, requestedAt }));
    await this.tx.query(releaseEndpoints({ deletionId: id, requestedAt }));
    await this.tx.query(finishDeletion({ deletionId: id }));
  }

  async prune(keptDays: number): Promise<void> {
    await this.tx.query(pruneDeletions({ keptDays }));
  }
}
