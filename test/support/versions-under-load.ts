import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ids } from './small-world.js';
import type { TestApp } from './test-app.js';

const READERS = 6;
const READ_PAUSE_MS = 5;
const WRITE_PAUSE_MS = 150;

interface Written {
  version: number;
  sentAt: number;
  /** Infinity: not yet. */
  answeredAt: number;
}

export interface Seen {
  reads: number;
  /** Answers with another status than 200, of reads and of writes. */
  failed: string[];
  /** Of a version that had been replaced for longer than promised, that was not written yet, or of another tenant. */
  wrong: string[];
  slowestMs: number;
}

/**
 * One writer that counts the name of an endpoint up, always at the first instance, so that the others know of it by Redis or
 * not at all, and readers of all instances: what they may see at most a second after a write was answered is known.
 */
export class VersionsUnderLoad {
  private readonly written: Written[] = [];
  private readonly loops: Promise<void>[] = [];
  /** Tells its versions from those of another load. */
  private readonly run = randomBytes(3).toString('hex');
  private isOver = false;
  private readonly seen: Seen = { reads: 0, failed: [], wrong: [], slowestMs: 0 };

  constructor(
    private readonly apps: readonly TestApp[],
    private readonly tokens: { alice: string; bob: string },
    private readonly promiseMs: number,
  ) {}

  start(): void {
    this.loops.push(this.write());
    for (let reader = 0; reader < READERS; reader++) this.loops.push(this.read(reader));
  }

  async stop(): Promise<Seen> {
    this.isOver = true;
    await Promise.all(this.loops);
    return this.seen;
  }

  private async write(): Promise<void> {
    for (let version = 1; !this.isOver; version++) {
      const [app] = this.apps as [TestApp];
      const write: Written = { version, sentAt: performance.now(), answeredAt: Infinity };
      this.written.push(write);
      const body = { name: `${this.run} ${version}` };
      const answer = await app.call('PUT', `/endpoints/${ids.aliceMain}`, this.tokens.alice, body);
      if (answer.status !== 200) this.seen.failed.push(`write: ${answer.status} ${answer.text}`);
      write.answeredAt = performance.now();
      this.took(write.sentAt);
      await sleep(WRITE_PAUSE_MS);
    }
  }

  private async read(reader: number): Promise<void> {
    for (let turn = reader; !this.isOver; turn++) {
      const app = this.apps[turn % this.apps.length] as TestApp;
      const askedAt = performance.now();
      if (turn % 5 === 0) await this.readForeign(app);
      else await this.readVersion(app, askedAt, turn % 2 === 0);
      this.took(askedAt);
      await sleep(READ_PAUSE_MS);
    }
  }

  private async readVersion(app: TestApp, askedAt: number, ofApplication: boolean): Promise<void> {
    const path = ofApplication
      ? `/applications/${ids.aliceApp}/endpoints/performance`
      : `/endpoints/${ids.aliceMain}/statistics`;
    const { status, text, body } = await app.get(path, this.tokens.alice);
    this.seen.reads++;
    if (status !== 200) return void this.seen.failed.push(`${path}: ${status} ${text}`);
    const { name } = ofApplication
      ? body.endpoints.find(({ endpoint_id }: { endpoint_id: string }) => endpoint_id === ids.aliceMain)
      : body;
    const [run, version] = String(name).split(' ');
    const least = this.written.filter(({ answeredAt }) => answeredAt <= askedAt - this.promiseMs).length;
    const isRight =
      run === this.run ? Number(version) >= least && Number(version) <= this.written.length : least === 0;
    if (!isRight) this.seen.wrong.push(`${path}: ${String(name)}, of ${least} to ${this.written.length}`);
  }

  private async readForeign(app: TestApp): Promise<void> {
    const path = `/endpoints/${ids.bobMain}/statistics`;
    const { status, text, body } = await app.get(path, this.tokens.bob);
    this.seen.reads++;
    if (status !== 200) this.seen.failed.push(`${path}: ${status} ${text}`);
    else if (body.name !== 'bob main') this.seen.wrong.push(`${path}: ${String(body.name)}`);
  }

  private took(since: number): void {
    this.seen.slowestMs = Math.max(this.seen.slowestMs, performance.now() - since);
  }
}
