import type { LeaderSession } from '../../../kernel/tasks/leader-session.js';
import type { Collector } from '../collector/collector.js';
import { sourceOf } from './statement-source.js';
import { MAX_TEXT_LENGTH, statementText } from './statement-text.js';
import { StatementsReadModel } from './statements.read-model.js';
import { StatementsRepository } from './statements.repository.js';

/** Keeps what pg_stat_statements adds up, by turn. It is never reset: others read it too. */
export class StatementsCollector implements Collector {
  readonly name = 'statements';
  readonly intervalMs = 300_000;

  async collect(session: Pick<LeaderSession, 'query'>): Promise<void> {
    const reads = new StatementsReadModel(session);
    const repository = new StatementsRepository(session);
    const { source } = sourceOf(await reads.statistics());
    // The routes say why.
    if (source === null) return;
    const { lacksTexts } = await repository.snapshot(source);
    if (lacksTexts) {
      // One character more than is kept, so that a longer text is known to be longer.
      const found = await reads.unknownTexts(source.schema, MAX_TEXT_LENGTH + 1);
      await repository.addTexts(found.map(({ queryid, text }) => ({ queryid, ...statementText(text) })));
    }
    await repository.settle();
  }
}
