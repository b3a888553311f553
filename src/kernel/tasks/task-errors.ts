import type { Logger } from '@nestjs/common';
import { sqlState } from '../database/database-error.js';
import { DomainError } from '../errors/domain-error.js';

const QUIET_MS = 60_000;
const MAX_KINDS = 100;

/** Logs a kind of error when it is new, then at most once a minute with the number that were not said. */
export class TaskErrors {
  private readonly kinds = new Map<string, { quietUntil: number; suppressed: number }>();

  constructor(private readonly logger: Pick<Logger, 'error'>) {}

  report(error: unknown): { code: string; message: string } {
    const { stack, ...told } = describe(error);
    const kind = this.kinds.get(told.code) ?? { quietUntil: 0, suppressed: 0 };
    if (performance.now() < kind.quietUntil) {
      kind.suppressed++;
      return told;
    }
    const again = kind.suppressed === 0 ? '' : ` (and ${kind.suppressed} more times in the last minute)`;
    this.logger.error(`${told.message}${again}; trying again`, stack);
    if (this.kinds.size >= MAX_KINDS) this.kinds.clear();
    this.kinds.set(told.code, { quietUntil: performance.now() + QUIET_MS, suppressed: 0 });
    return told;
  }
}

/** `code` is a SQLSTATE where PostgreSQL refused, else our own code, else the error's class. */
function describe(error: unknown): { code: string; message: string; stack: string | undefined } {
  const cause = error instanceof DomainError ? (error.cause ?? error) : error;
  const { name, message, stack } = cause instanceof Error ? cause : new Error(String(cause));
  const code = (error as { code?: unknown } | null)?.code;
  return { code: sqlState(cause) ?? (typeof code === 'string' ? code : name), message, stack };
}
