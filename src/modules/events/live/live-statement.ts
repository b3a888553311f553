import { shaped, type Places, type Sql } from '../../../kernel/database/sql.js';
import type { LiveMode, LiveOptions } from './live-ctes.js';

/** A live statement that has the same text for all values, but one for each mode. */
export const liveStatement = <Values extends object, Row>(
  build: (places: Places<Values>, options: LiveOptions) => Sql<Row>,
) => {
  const statement = shaped((places: Places<Values & Pick<LiveOptions, 'maxTailRows'>>, mode: LiveMode) =>
    build(places, { mode, maxTailRows: places.maxTailRows }),
  );
  return (values: Values, { mode, maxTailRows }: LiveOptions) => statement({ ...values, maxTailRows }, mode);
};
