import { open } from 'node:fs/promises';
import type { WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

export interface LedgerEntry {
  op: 'insert' | 'update';
  table: 'events' | 'delivery_attempts';
  id: string;
  /** The columns written; all but the id for an insert. */
  row: object;
}

/** Every acknowledged write, one JSON object a line, in the order of the acknowledgements. */
export class LedgerFile {
  private failure: Error | null = null;

  private constructor(private readonly stream: WriteStream) {
    stream.on('error', (error) => (this.failure ??= error));
  }

  /** Begins anew. Throws when the file cannot be written. */
  static async create(path: string): Promise<LedgerFile> {
    const file = await open(path, 'w');
    return new LedgerFile(file.createWriteStream());
  }

  /** Throws what an earlier write met: a ledger with holes would prove nothing. */
  write(entry: LedgerEntry): void {
    if (this.failure) throw this.failure;
    this.stream.write(`${JSON.stringify({ at: new Date().toISOString(), ...entry })}\n`);
  }

  async close(): Promise<void> {
    this.stream.end();
    await finished(this.stream);
  }
}
