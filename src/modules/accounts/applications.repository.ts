import type { QueryRunner } from '../../kernel/database/database.js';
import { onlyRow } from './only-row.js';
import type { ApplicationRow } from './queries/application-columns.js';
import { findApplicationLimit } from './queries/find-application-limit.sql.js';
import { insertApplication, type NewApplication } from './queries/insert-application.sql.js';
import { lockApplication } from './queries/lock-application.sql.js';
import { replaceApiKey } from './queries/replace-api-key.sql.js';
import type { TierLimitRow } from './queries/tier-limits.js';
import { updateApplication, type ApplicationChanges } from './queries/update-application.sql.js';

/** Writes applications, in the transaction of a change. */
export class ApplicationsRepository {
  constructor(private readonly tx: QueryRunner) {}

  /** The user must be locked, or else another transaction may add one too. */
  async limit(userId: string): Promise<TierLimitRow | undefined> {
    const [row] = await this.tx.query(findApplicationLimit({ userId }));
    return row;
  }

  async insert(application: NewApplication): Promise<ApplicationRow> {
    return onlyRow(await this.tx.query(insertApplication(application)));
  }

  /** Undefined when it is not there or is another user's. */
  async lock(userId: string, applicationId: string): Promise<ApplicationRow | undefined> {
    const [row] = await this.tx.query(lockApplication({ userId, applicationId }));
    return row;
  }

  async update(userId: string, applicationId: string, set: ApplicationChanges): Promise<ApplicationRow> {
    return onlyRow(await this.tx.query(updateApplication({ userId, applicationId, set })));
  }

  async replaceKey(userId: string, applicationId: string, apiKey: string): Promise<ApplicationRow> {
    return onlyRow(await this.tx.query(replaceApiKey({ userId, applicationId, apiKey })));
  }
}
