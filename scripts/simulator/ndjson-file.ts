import { open } from 'node:fs/promises';
import type { WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

/** One JSON object a line, each with the time it was written, in the order of the calls. */
export class NdjsonFile<Entry extends object> {
  private failure: Error | null = null;

  private constructor(private readonly stream: WriteStream) {
    stream.on('error', (error) => (this.failure ??= error));
  }

  /** Begins anew. Throws when the file cannot be written. */
  static async create<Entry extends object>(path: string): Promise<NdjsonFile<Entry>> {
    const file = await open(path, 'w');
    return new NdjsonFile(file.createWriteStream());
  }

  /** Throws what an earlier write met: a file with holes would prove nothing. */
  write(entry: Entry): void {
    if (this.failure) throw this.failure;
    this.stream.write(`${JSON.stringify({ at: new Date().toISOString(), ...entry })}\n`);
  }

  async close(): Promise<void> {
    this.stream.end();
    await finished(this.stream);
  }
}
