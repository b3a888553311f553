import type { QueryRunner } from 'typeorm';

/** The rows that a statement returns; TypeORM's plain query() returns something else for UPDATE. */
export async function rowsOf<T>(
  runner: QueryRunner,
  sql: string,
  values: readonly unknown[] = [],
): Promise<T[]> {
  return (await runner.query(sql, [...values], true)).records as T[];
}
