import { readBackAttempts, readBackEvents } from './statements.js';
import type { WriterConnection } from './writer-connection.js';
import type { WrittenRows } from './written-rows.js';

export interface Verification {
  /** Acknowledged rows that are not there. */
  lost: number;
  /** Acknowledged rows that are there with other content. */
  mismatched: number;
  /** The first few of both. */
  examples: string[];
}

const ROWS_PER_READ = 1000;
const EXAMPLES = 10;

/** Reads every row back and holds it against what was acknowledged. Throws when the database cannot be read. */
export async function verify(
  connection: WriterConnection,
  events: WrittenRows,
  attempts: WrittenRows,
): Promise<Verification> {
  const verification: Verification = { lost: 0, mismatched: 0, examples: [] };
  await verifyTable(connection, readBackEvents, 'events', events, verification);
  await verifyTable(connection, readBackAttempts, 'delivery_attempts', attempts, verification);
  return verification;
}

async function verifyTable(
  connection: WriterConnection,
  readBack: string,
  table: string,
  written: WrittenRows,
  verification: Verification,
): Promise<void> {
  for (let start = 0; start < written.rows; start += ROWS_PER_READ) {
    const count = Math.min(ROWS_PER_READ, written.rows - start);
    const ids = Array.from({ length: count }, (_, i) => written.idOf(start + i));
    const rows = await connection.read<{ id: string }>(readBack, [ids]);
    const found = new Map(rows.map(({ id, ...content }) => [id, content]));
    ids.forEach((id, i) => {
      const verdict = written.verdict(start + i, found.get(id));
      if (verdict === 'right') return;
      verification[verdict]++;
      if (verification.examples.length < EXAMPLES) verification.examples.push(`${table} ${id} ${verdict}`);
    });
  }
}
