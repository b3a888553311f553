import { constant, type SqlFragment } from '../../../../kernel/database/sql.js';

/** A severity as a number: the words have no order of their own. `expression` is a column or a parameter's cast. */
export const rank = (expression: string): SqlFragment =>
  constant(`array_position(ARRAY['info', 'warning', 'critical'], ${expression})`);
