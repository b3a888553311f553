import { MigrationError } from '../session.js';
import type { BackfillDefinition } from './definition.js';

/** Below every other uuid; batches are (last, boundary], so the first one has to take it in as well. */
export const NIL_UUID = '00000000-0000-0000-0000-000000000000';

const LOWER_BOUND = /(?<!<)(>)(\s*\$1(?!\d))|(\$1(?!\d)(?:::uuid)?\s*<)(?![=>])/g;

/** The statement of the first batch, which begins at the nil uuid: the same with >= in the place of >. */
export function firstBatchStatement({ name, update }: Pick<BackfillDefinition, 'name' | 'update'>): string {
  const bounds = update.match(LOWER_BOUND)?.length ?? 0;
  const uses = update.match(/\$1(?!\d)/g)?.length ?? 0;
  if (bounds === 0 || bounds !== uses || !/\$2(?!\d)/.test(update))
    throw new MigrationError(`backfill ${name}: its statement must have the bounds "> $1" and "<= $2"`);
  return update.replace(LOWER_BOUND, (_all, above?: string, rest?: string, below?: string) =>
    above === undefined ? `${below}=` : `${above}=${rest}`,
  );
}
