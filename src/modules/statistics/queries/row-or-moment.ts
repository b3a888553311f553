/**
 * A row of a statement that tells its moment even when it finds nothing: then the one row there is has null in `Key` and
 * in every other column.
 */
export type RowOrMoment<Row, Key extends keyof Row> = { asOf: string } & (Row | Record<Key, null>);
