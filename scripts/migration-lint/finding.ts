export type Direction = 'up' | 'down';

export interface Finding {
  rule: string;
  /** The migration's name; null: the finding is about the schema as a whole, or about the list of migrations. */
  migration: string | null;
  direction: Direction | null;
  /** The query as it was sent. */
  sql: string | null;
  message: string;
}

const MAX_SQL_LINES = 6;

/** For a terminal, grouped as they come. */
export const printFindings = (findings: readonly Finding[]): string =>
  findings.map(printFinding).join('\n\n');

function printFinding({ rule, migration, direction, sql, message }: Finding): string {
  const place = [migration, direction === 'down' ? 'down' : null].filter(Boolean).join(' ');
  return [
    `${place === '' ? '' : `${place}: `}${message} [${rule}]`,
    ...(sql === null ? [] : [quote(sql)]),
  ].join('\n');
}

function quote(sql: string): string {
  const lines = sql.trim().split('\n');
  const shown = lines.length > MAX_SQL_LINES ? [...lines.slice(0, MAX_SQL_LINES - 1), '…'] : lines;
  return shown.map((line) => `    ${line}`).join('\n');
}
