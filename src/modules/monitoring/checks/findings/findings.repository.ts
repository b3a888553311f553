import type { QueryRunner } from '../../../../kernel/database/database.js';
import { ignoreFinding, type Ignore } from './queries/ignore-finding.sql.js';
import { unignoreFinding } from './queries/unignore-finding.sql.js';

export class FindingsRepository {
  constructor(private readonly tx: QueryRunner) {}

  /** Undefined: there is no such finding. */
  async ignore(ignore: Ignore): Promise<{ check: string; object: string; isPast: boolean } | undefined> {
    const [row] = await this.tx.query(ignoreFinding(ignore));
    return row;
  }

  /** Undefined: it was not ignored. */
  async unignore(id: string): Promise<{ check: string; object: string } | undefined> {
    const [row] = await this.tx.query(unignoreFinding(id));
    return row;
  }
}
