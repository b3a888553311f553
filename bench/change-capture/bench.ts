import type { Say } from '../report/run-bench.js';
import { measureBeside, type Beside, type CatchUp } from './beside.js';
import { withDatabases } from './databases.js';
import { forms, type FormName } from './forms.js';
import type { CaptureOptions } from './options.js';
import { describeConditions, type CaptureResult } from './result.js';
import { readTargets } from './targets.js';
import { measureWriteRates } from './write-rates.js';

/** Rounds are short: what disturbs the machine shall not hit one form alone. */
const roundSeconds = ({ seconds }: CaptureOptions) => Math.min(2, Math.max(0.2, seconds / 10));

/** Everything from initdb to the figures. */
export const measureCapture = (
  options: CaptureOptions,
  say: Say,
  signal: AbortSignal,
): Promise<CaptureResult> =>
  withDatabases(options, say, signal, async (urlFor) => {
    const { rate, seconds, faultMinutes } = options;
    const targets = await readTargets(urlFor('none'));
    const conditions = await describeConditions(urlFor('none'), options, targets.attempts);
    const writeRates = await measureWriteRates(urlFor, targets.targets, roundSeconds(options), say, signal);
    const beside: Beside[] = [];
    const catchUps: CatchUp[] = [];
    const written: Record<FormName, number> = { watermark: NaN, snapshot: NaN, queue: NaN };
    for (const form of forms) {
      const databaseUrl = urlFor(form.name);
      const found = await measureBeside({
        ...targets,
        databaseUrl,
        form,
        rate,
        seconds,
        faultMinutes,
        say,
        signal,
      });
      beside.push(...found.beside);
      catchUps.push(found.catchUp);
      written[form.name] = found.rate;
    }
    return { conditions, writeRates, beside, catchUps, written };
  });
