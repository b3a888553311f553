import { FlagError, optionalText, readFlags, wholeNumber, type Flag } from '../../src/demo/flags.js';

export interface BenchOptions {
  events: number;
  /** Inserted rows a second, events and attempts together. */
  rate: number;
  baselineSeconds: number;
  /** Folder of initdb, pg_ctl and postgres, or 'embedded'. */
  pgBin: string | undefined;
  /** The Markdown page; the figures go beside it as .json. */
  out: string;
  keep: boolean;
  dataDir: string | undefined;
  reuse: string | undefined;
  migrateArgs: string[];
}

export const usage = `usage: npm run bench:migrations -- [flags]
  Runs all migrations on an EthHook database of its own while a foreign writer and a reader go on.
  --events N             events, about 1.25 delivery attempts each: 1000 to 100000000 (default 1000000)
  --rate N               rows the writer inserts a second: 1 to 50000 (default 300)
  --baseline-seconds N   how long writer and reader are measured before the migrations, and after them: 5 to 3600
                         (default 60)
  --pg-bin DIR           PostgreSQL's programs, or the word embedded (default the newest /usr/lib/postgresql/*/bin,
                         else the embedded build)
  --out FILE.md          the page with the result; the figures go beside it as .json
                         (default docs/bench/online-migrations.md)
  --data-dir DIR         new or empty folder for the database (default a temporary one)
  --keep                 leaves that folder, stopped
  --reuse DIR            keeps the filled database of the first run here; later runs copy it instead of filling anew
  --migrate-args "…"     further arguments of \`migrate run\`, separated by spaces
Exit 0 when every bound holds, 1 when one does not or the bench fails, 2 for a wrong flag.`;

/** null when help is asked for. Throws FlagError. */
export function readOptions(args: readonly string[]): BenchOptions | null {
  const flags = readFlags(
    args.filter((arg) => arg !== '--keep'),
    {
      events: wholeNumber(1000, 100_000_000, 1_000_000),
      rate: wholeNumber(1, 50_000, 300),
      'baseline-seconds': wholeNumber(5, 3600, 60),
      'pg-bin': optionalText(1),
      out: markdownFile('docs/bench/online-migrations.md'),
      'data-dir': optionalText(1),
      reuse: optionalText(1),
      'migrate-args': optionalText(1),
    },
  );
  return (
    flags && {
      events: flags.events,
      rate: flags.rate,
      baselineSeconds: flags['baseline-seconds'],
      pgBin: flags['pg-bin'],
      out: flags.out,
      keep: args.includes('--keep'),
      dataDir: flags['data-dir'],
      reuse: flags.reuse,
      migrateArgs: flags['migrate-args']?.split(/\s+/).filter(Boolean) ?? [],
    }
  );
}

const markdownFile =
  (fallback: string): Flag<string> =>
  (text = fallback, name) => {
    if (text.endsWith('.md')) return text;
    throw new FlagError(`--${name} is ${JSON.stringify(text)}: it takes the name of an .md file`);
  };
