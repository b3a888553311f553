/** Another live app uses the data folder. */
export class EmbeddedInUseError extends Error {
  readonly code = 'embedded_in_use';

  constructor(
    readonly dataDir: string,
    ownerPid?: number,
  ) {
    const owner = ownerPid === undefined ? 'Another app' : `Another app (process ${ownerPid})`;
    super(
      `${owner} uses the embedded PostgreSQL in ${dataDir}. Stop it first, or give this one a database of its own: ` +
        'set DATA_DIR to another folder, or DATABASE_URL to a PostgreSQL server.',
    );
    this.name = 'EmbeddedInUseError';
  }
}

/** The embedded server cannot run here, or did not start. */
export class EmbeddedStartError extends Error {
  readonly code = 'embedded_start_failed';

  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'EmbeddedStartError';
  }
}

/** Ends every message about a machine that cannot run the embedded server. */
export const wayOut = 'Set DATABASE_URL to a PostgreSQL server instead.';

/** Not by instanceof: under jest the errors of Node's own modules are of another realm. */
export const hasCode = (error: unknown, ...codes: string[]): boolean =>
  codes.includes((error as NodeJS.ErrnoException | undefined)?.code ?? '');
