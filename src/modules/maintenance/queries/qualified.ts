import { fragment, identifier } from '../../../kernel/database/sql.js';

/** A name with its schema, both quoted. */
export const qualified = (schema: string, name: string) =>
  fragment`${identifier(schema)}.${identifier(name)}`;
