import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { APP_CONFIG, type AppConfig } from '../../../kernel/config/config.js';
import { validationError } from '../../../kernel/http/validation.js';
import type { FoldSnapshot } from '../live/attempt-changes.js';
import type { FeedScope } from './feed-scope.js';

/** Where a reader is: at a snapshot, or within the step from it to another, after an event. */
export interface FeedPosition {
  readonly at: FoldSnapshot;
  readonly step?: { readonly to: FoldSnapshot; readonly after: { readonly at: string; readonly id: string } };
}

const MAC_BYTES = 16;
/** What is longer does not pass Node's limit for headers either. */
const MAX_LENGTH = 12_000;

// The ids in flight by how far they are below the horizon: short, and there may be many.
const snapshotSchema = z.tuple([z.string(), z.array(z.number())]);
const payloadSchema = z.union([
  z.tuple([z.literal(1), snapshotSchema]),
  z.tuple([z.literal(1), snapshotSchema, snapshotSchema, z.string(), z.string()]),
]);

/** Writes and reads the ids of server-sent events: opaque, signed, and of no use for anybody else's stream. */
@Injectable()
export class FeedPositions {
  private readonly key: Buffer;

  constructor(@Inject(APP_CONFIG) { auth }: AppConfig) {
    // A key of its own: a position can never pass for a token, nor for a cursor.
    this.key = Buffer.from(hkdfSync('sha256', auth.jwtSecret, '', 'ethhook-admin feed position', 32));
  }

  encode({ at, step }: FeedPosition, scope: FeedScope): string {
    const place = step === undefined ? [] : [plain(step.to), step.after.at, step.after.id];
    const payload = Buffer.from(JSON.stringify([1, plain(at), ...place]));
    return Buffer.concat([payload, this.mac(payload, scope)]).toString('base64url');
  }

  /** Throws 400 for `field` when it is malformed or forged, or was made for another scope. */
  decode(text: string, scope: FeedScope, field: string): FeedPosition {
    const bytes = Buffer.from(text.slice(0, MAX_LENGTH), 'base64url');
    const payload = bytes.subarray(0, -MAC_BYTES);
    // Many texts decode to the same bytes; the one that was given out is the only one that is taken.
    if (payload.length === 0 || bytes.toString('base64url') !== text) throw notAPosition(field);
    if (!timingSafeEqual(this.mac(payload, scope), bytes.subarray(-MAC_BYTES))) throw notAPosition(field);
    const [, at, to, ...after] = payloadSchema.parse(JSON.parse(payload.toString()));
    const [afterAt, afterId] = after;
    if (to === undefined || afterAt === undefined || afterId === undefined) return { at: snapshot(at) };
    return { at: snapshot(at), step: { to: snapshot(to), after: { at: afterAt, id: afterId } } };
  }

  private mac(payload: Buffer, { userId }: FeedScope): Buffer {
    return createHmac('sha256', this.key).update(userId).update(payload).digest().subarray(0, MAC_BYTES);
  }
}

const plain = ({ horizon, inFlight }: FoldSnapshot) => [
  horizon,
  inFlight.map((id) => Number(BigInt(horizon) - BigInt(id))),
];
const snapshot = ([horizon, below]: [string, number[]]): FoldSnapshot => ({
  horizon,
  inFlight: below.map((distance) => String(BigInt(horizon) - BigInt(distance))),
});
const notAPosition = (field: string) =>
  validationError(field, 'must be an id that a stream of this user gave out');
