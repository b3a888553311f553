import { Injectable, Logger } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AuthUser } from '../../../kernel/auth/auth-user.js';
import { LiveStreams } from '../../../kernel/live/live-streams.js';
import type { Seat } from '../../../kernel/live/seat.js';
import { SseSocket } from '../../../kernel/live/sse-socket.js';
import { RunsService } from './runs.service.js';

const RETRY_MS = 2000;
/** Of the last message: who comes back with it has seen all. */
const END_ID = 'end';

/** Runs until their ends, as server-sent events. */
@Injectable()
export class RunStreams {
  private readonly logger = new Logger(RunStreams.name);

  constructor(
    private readonly runs: RunsService,
    private readonly streams: LiveStreams,
  ) {}

  /** Throws 404 run_not_found, 429 and 503 where there are too many streams or no database. */
  async open(
    user: AuthUser,
    runId: string,
    lastEventId: string | undefined,
    reply: FastifyReply,
  ): Promise<void> {
    // EventSource comes back whenever a stream ends, unless it is told that there is no more.
    if (lastEventId === END_ID) return void reply.status(204).send();
    const seat = this.streams.take('sse_runs', user);
    const gone = new AbortController();
    reply.raw.once('close', () => {
      gone.abort();
      seat.leave();
    });
    try {
      await this.tell(runId, seat, reply, gone.signal);
    } catch (error) {
      // What has begun cannot be answered otherwise any more; EventSource comes back.
      if (!reply.sent) {
        seat.leave();
        throw error;
      }
      this.logger.warn(`a stream of a run ends: ${(error as Error).message}`);
      seat.end('lost');
    }
  }

  private async tell(runId: string, seat: Seat, reply: FastifyReply, gone: AbortSignal): Promise<void> {
    for await (const run of this.runs.watch(runId, gone)) {
      if (!reply.sent) {
        seat.occupy(SseSocket.begin(reply, () => ''));
        seat.send(`retry: ${RETRY_MS}\n\n`, 0);
      }
      seat.send(`event: run\ndata: ${JSON.stringify(run)}\n\n`);
    }
    if (gone.aborted) return;
    seat.send(`event: end\nid: ${END_ID}\ndata: {}\n\n`);
    seat.end('done');
  }
}
