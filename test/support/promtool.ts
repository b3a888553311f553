import { spawnSync } from 'node:child_process';

const PROGRAM = 'promtool';
const isThere = spawnSync(PROGRAM, ['--version']).status === 0;

/** `it` for what needs promtool. Without it the tests are skipped, which fails CI, and it says so. */
export const itWithPromtool = isThere ? it : it.skip;
if (!isThere)
  process.stderr.write(
    `\n*** ${PROGRAM} is not in PATH: metrics and alert rules are NOT CHECKED. It is in Debian's package prometheus.\n\n`,
  );

/** Its exit code and all that it says. */
export function promtool(args: readonly string[], input = ''): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(PROGRAM, args, { input, encoding: 'utf8' });
  return { status, said: stdout + stderr };
}
