import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const manifestSchema = z.object({ version: z.string() });

/** Of the nearest package.json above: sources and what is built of them are at different depths. */
export function packageVersion(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) return manifestSchema.parse(JSON.parse(readFileSync(manifest, 'utf8'))).version;
    if (dirname(folder) === folder) return 'unknown';
  }
}
