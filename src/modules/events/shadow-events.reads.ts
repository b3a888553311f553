import type { Caller } from '../../kernel/auth/auth-user.js';
import type { QueryRunner } from '../../kernel/database/database.js';
import type { FieldRules } from '../../kernel/shadow/compare.js';
import type { Shadow } from '../../kernel/shadow/shadow.js';
import {
  EventsReads,
  type AttemptFilter,
  type AttemptPage,
  type EventFilter,
  type EventPage,
  type Read,
} from './events.reads.js';

const rules: FieldRules = {
  totalIs: () => true, // the original always counts to the end
  total: (live, original, { totalIs }) =>
    totalIs === 'exact' ? live === original : Number(live) <= Number(original),
};

type Make = (runner: QueryRunner) => EventsReads;

/** Answers from `live`, and has a share of the reads compared with the original afterwards. */
export class ShadowEventsReads extends EventsReads {
  constructor(
    private readonly live: EventsReads,
    private readonly shadow: Pick<Shadow, 'sample'>,
    private readonly make: { readonly live: Make; readonly original: Make },
  ) {
    super();
  }

  list(filter: EventFilter, page: EventPage, limit: number) {
    return this.answer('list', [filter, page, limit], (reads) => reads.list(filter, page, limit));
  }

  find(caller: Caller, eventId: string) {
    return this.answer('find', [caller, eventId], (reads) => reads.find(caller, eventId));
  }

  attempts(filter: AttemptFilter, page: AttemptPage, limit: number) {
    return this.answer('attempts', [filter, page, limit], (reads) => reads.attempts(filter, page, limit));
  }

  private async answer<T>(
    name: string,
    parameters: readonly unknown[],
    ask: (reads: EventsReads) => Promise<Read<T>>,
  ): Promise<Read<T>> {
    const answer = await ask(this.live);
    this.shadow.sample({
      name: `events.${name}`,
      parameters,
      live: (runner) => ask(this.make.live(runner)),
      original: (runner) => ask(this.make.original(runner)),
      rules,
    });
    return answer;
  }
}
