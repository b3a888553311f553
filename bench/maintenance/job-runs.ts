import { setTimeout as sleep } from 'node:timers/promises';
import { apiPath } from '../live-statistics/admin-server.js';

const POLL_MS = 100;

export interface JobRun {
  outcome: string;
  summary: string;
  rows: number | null;
  from: number;
  to: number;
}

interface RunAnswer {
  state: string;
  summary: string | null;
  error: { message: string } | null;
  rows: number | null;
}

/** The jobs of a running server, as an administrator asks for them over HTTP. */
export class JobRuns {
  constructor(
    private readonly url: URL,
    private readonly token: string,
    private readonly signal: AbortSignal,
  ) {}

  /** The names of those with a schedule. */
  async scheduled(): Promise<string[]> {
    const { jobs } = await this.ask<{ jobs: { name: string; kind: string }[] }>('GET', '/jobs');
    return jobs.filter(({ kind }) => kind === 'scheduled').map(({ name }) => name);
  }

  /** One run from beginning to end, at whatever time of day. */
  async run(job: string): Promise<JobRun> {
    const from = Date.now();
    const { run_id: id } = await this.ask<{ run_id: string }>('POST', `/jobs/${job}/run`, { force: true });
    for (;;) {
      await sleep(POLL_MS, undefined, { signal: this.signal });
      const run = await this.ask<RunAnswer>('GET', `/runs/${id}`);
      if (run.state === 'queued' || run.state === 'running') continue;
      const summary = run.summary ?? run.error?.message ?? '';
      return { outcome: run.state, summary, rows: run.rows, from, to: Date.now() };
    }
  }

  private async ask<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await fetch(new URL(apiPath(`/admin/maintenance${path}`), this.url), {
      method,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      signal: this.signal,
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!answer.ok)
      throw new Error(`${method} ${path} was answered with ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }
}
