import type { QueryRunner } from '../../../../kernel/database/database.js';
import { addTestAlert } from './queries/add-test-alert.sql.js';
import type { AlertRow } from './queries/alert-columns.js';
import { nextAlert, type DueAlertRow } from './queries/next-alert.sql.js';
import { recordDelivery, type Delivery } from './queries/record-delivery.sql.js';

export type { DueAlertRow };

/** What is to be told, kept until it was. */
export class AlertsRepository {
  constructor(private readonly runner: QueryRunner) {}

  /** Undefined: none is due. */
  async next(): Promise<DueAlertRow | undefined> {
    const [row] = await this.runner.query(nextAlert());
    return row;
  }

  async record(delivery: Delivery): Promise<void> {
    await this.runner.query(recordDelivery(delivery));
  }

  async addTest(): Promise<AlertRow> {
    const [row] = await this.runner.query(addTestAlert());
    if (row === undefined) throw new Error('an INSERT has returned no row');
    return row;
  }
}
