import 'reflect-metadata';
import { findDatabaseUrl } from '../src/demo/database-target.js';
import { FlagError } from '../src/demo/flags.js';
import { DomainError, type ErrorKind } from '../src/kernel/errors/domain-error.js';
import { openDesk } from './maintenance/desk.js';
import { exitCodes, type Outcome } from './maintenance/outcome.js';
import { partVerbs } from './maintenance/part-verbs.js';
import { runVerbs } from './maintenance/run-verbs.js';
import type { Verb } from './maintenance/verb.js';
import { Terminal } from './migrate/terminal.js';

const verbs: Readonly<Record<string, Verb>> = { ...runVerbs, ...partVerbs };

const usage = `usage: npm run maintenance -- VERB [arguments] [flags]
${Object.values(verbs)
  .map(({ usage: line, help }) => `  ${line}\n      ${help}`)
  .join('\n')}
Every verb takes --json, and prints what the HTTP API would answer.
Exit codes: 0 done, 1 failed, 2 wrong usage, 4 refused (paused, outside the maintenance windows, running already,
skipped), 130 interrupted. Ctrl-C cancels the run that was asked for.
The database is that of DATABASE_URL, else the one that a running \`npm start\` keeps in DATA_DIR (.data).`;

const codeOf: Readonly<Partial<Record<ErrorKind, number>>> = {
  invalid: exitCodes.usage,
  not_found: exitCodes.usage,
  conflict: exitCodes.refused,
};

/** Fires at the first SIGINT or SIGTERM; a second one ends the process. */
function interruption(): AbortSignal {
  const interrupt = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupt.abort());
  return interrupt.signal;
}

async function main([name = '', ...args]: readonly string[]): Promise<number> {
  if (name === '--help' || name === '-h') return help(usage);
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (verb === undefined) throw new FlagError(usage);
  const isJson = args.includes('--json');
  const work = verb.parse(args.filter((arg) => arg !== '--json'));
  if (work === null) return help(`usage: npm run maintenance -- ${verb.usage} [--json]\n  ${verb.help}`);
  const terminal = new Terminal();
  const desk = await openDesk(await findDatabaseUrl(process.env), terminal.progress, interruption());
  try {
    return print(await work(desk), isJson, terminal.log);
  } finally {
    await desk.close();
  }
}

function print({ json, lines, exitCode }: Outcome, isJson: boolean, log: (line: string) => void): number {
  for (const line of isJson ? [JSON.stringify(json, null, 2)] : lines) log(line);
  return exitCode;
}

function help(text: string): number {
  console.log(text);
  return exitCodes.done;
}

function exitCodeOf(error: unknown): number {
  if (error instanceof FlagError) return exitCodes.usage;
  return (error instanceof DomainError ? codeOf[error.kind] : undefined) ?? exitCodes.failed;
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error((error as Error).message);
    process.exitCode = exitCodeOf(error);
  },
);
