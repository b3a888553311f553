import { setTimeout as sleep } from 'node:timers/promises';
import { HttpClient } from '../live-statistics/http-client.js';
import { apiPath } from '../live-statistics/admin-server.js';
import type { Answer } from '../online-migrations/answers.js';
import { READS_PER_SECOND } from './options.js';

const CONNECTIONS = 16;

export interface Visitor {
  token: string;
  paths: readonly string[];
}

/**
 * Open loop: a request falls due every so often, whatever became of the ones before, and its latency counts from then.
 * Goes on until `stop` fires; the answers so far are there at any time.
 */
export class Reader {
  readonly answers: Answer[] = [];
  private readonly idle: HttpClient[] = [];
  private readonly queue: { due: number; token: string; path: string }[] = [];

  constructor(
    private readonly url: URL,
    private readonly visitors: readonly Visitor[],
  ) {}

  async run(stop: AbortSignal): Promise<void> {
    for (let i = 0; i < CONNECTIONS; i++) this.idle.push(await HttpClient.connect(this.url));
    const startedAt = performance.now();
    for (let tick = 0; !stop.aborted; tick++) {
      const due = startedAt + (tick * 1000) / READS_PER_SECOND;
      await sleep(Math.max(0, due - performance.now()), undefined, { signal: stop }).catch(() => undefined);
      const visitor = this.visitors[tick % this.visitors.length] as Visitor;
      const path = visitor.paths[Math.floor(tick / this.visitors.length) % visitor.paths.length] as string;
      // From the timer's own wake-up: what it comes too late is this process's doing.
      this.queue.push({ due: performance.now(), token: visitor.token, path });
      this.next();
    }
    for (const client of this.idle) await client.close();
  }

  private next(): void {
    const request = this.queue[0];
    const client = this.idle[0];
    if (request === undefined || client === undefined) return;
    this.queue.shift();
    this.idle.shift();
    const { due, token, path } = request;
    void this.send(client, path, token, due).then((usable) => {
      this.idle.push(usable);
      this.next();
    });
  }

  /** The connection for the next request: a refused one has closed its own. */
  private async send(client: HttpClient, path: string, token: string, due: number): Promise<HttpClient> {
    let outcome = 'acknowledged';
    try {
      await client.get(apiPath(path), token);
    } catch (error) {
      outcome = (error as Error).message;
    }
    const latencyMs = performance.now() - due;
    this.answers.push({ statement: path, outcome, latencyMs, during: Date.now() - latencyMs / 2 });
    if (outcome === 'acknowledged') return client;
    await client.close();
    return HttpClient.connect(this.url);
  }
}
