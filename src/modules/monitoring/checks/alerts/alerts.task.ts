import { Logger } from '@nestjs/common';
import type { LeaderSession } from '../../../../kernel/tasks/leader-session.js';
import type { LeaderTask } from '../../../../kernel/tasks/leader-task.js';
import { AlertsRepository, type DueAlertRow } from './alerts.repository.js';
import { post, type WebhookTarget } from './webhook.js';

const LOOK_EVERY_MS = 2000;

export interface AlertTimings {
  /** For an answer; well below what a leader's session may be idle for. */
  timeoutMs: number;
  /** Before the second try; doubles up to an hour, for a day. */
  retryMs: number;
}

/**
 * Sends what is due, one after the other. It is marked after it was taken, so that one is sent twice when the process ends in
 * between, and none is lost; its id is the same then.
 */
export class AlertsTask implements LeaderTask {
  readonly name = 'monitoring-alerts';
  readonly description = 'Tells findings to the webhook of ALERT_WEBHOOK_URL, each until it was taken.';
  private readonly logger = new Logger('alerts');

  constructor(
    private readonly target: WebhookTarget,
    private readonly timings: AlertTimings = { timeoutMs: 5000, retryMs: 10_000 },
  ) {}

  async run(session: LeaderSession, signal: AbortSignal): Promise<number> {
    const alert = await new AlertsRepository(session).next();
    if (alert === undefined) return LOOK_EVERY_MS;
    const { timeoutMs, retryMs } = this.timings;
    const { id } = alert;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const answered = await post(this.target, { id, body: bodyOf(alert) }, limit);
    // Nobody knows what became of it: it stays due.
    if (signal.aborted) return 0;
    if (answered.error !== null) this.logger.warn(`the alert ${id} was not taken: ${answered.error}`);
    await session.transaction({}, (tx) => new AlertsRepository(tx).record({ id, ...answered, retryMs }));
    return 0;
  }
}

const bodyOf = ({ id, kind, createdAt, finding }: DueAlertRow) =>
  JSON.stringify({
    id,
    type: kind === 'test' ? 'test' : `finding.${kind}`,
    created_at: createdAt,
    finding,
  });
