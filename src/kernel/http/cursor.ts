import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/config.js';
import { validationError } from './validation.js';

/** A place in a list that is ordered by (at, id), and the side of it that a page is on. */
export interface Cursor {
  readonly direction: 'older' | 'newer';
  /** As PostgreSQL reads it, with its microseconds; `infinity` and `-infinity` are times too. */
  readonly at: string;
  /** A UUID in lower case. */
  readonly id: string;
}

/** What a cursor was made for: the list, the tenant and the filters. It is of no use for anything else. */
export type CursorScope = Readonly<Record<string, string | number | boolean | readonly number[] | undefined>>;

/** In characters; what is longer was not made here. */
export const MAX_CURSOR_LENGTH = 160;

const VERSION = 1;
const directions = ['older', 'newer'] as const;
// Version and direction, the id, the scope's fingerprint; then `at`; then the MAC.
const ID = 2;
const FINGERPRINT = ID + 16;
const AT = FINGERPRINT + 16;
const MAC_BYTES = 16;

/** Writes and reads cursors, opaque and signed: a caller cannot make one, nor carry one into another list. */
@Injectable()
export class Cursors {
  private readonly key: Buffer;

  constructor(@Inject(APP_CONFIG) { auth }: AppConfig) {
    // A key of its own: a cursor can never pass for a token, nor help to guess one.
    this.key = Buffer.from(hkdfSync('sha256', auth.jwtSecret, '', 'ethhook-admin cursor', 32));
  }

  encode({ direction, at, id }: Cursor, scope: CursorScope): string {
    const payload = Buffer.concat([
      Buffer.of(VERSION, directions.indexOf(direction)),
      Buffer.from(id.replaceAll('-', ''), 'hex'),
      fingerprint(scope),
      Buffer.from(at),
    ]);
    return Buffer.concat([payload, this.mac(payload)]).toString('base64url');
  }

  /** Throws 400 for field `cursor` when it is malformed or forged, or was made for another scope. */
  decode(text: string, scope: CursorScope): Cursor {
    const bytes = Buffer.from(text.slice(0, MAX_CURSOR_LENGTH), 'base64url');
    const payload = bytes.subarray(0, -MAC_BYTES);
    // Many texts decode to the same bytes; the one that was given out is the only one that is taken.
    if (payload.length <= AT || bytes.toString('base64url') !== text) throw notACursor();
    const isGenuine = timingSafeEqual(this.mac(payload), bytes.subarray(-MAC_BYTES));
    const direction = directions[payload[1] ?? directions.length];
    if (!isGenuine || payload[0] !== VERSION || direction === undefined) throw notACursor();
    if (!payload.subarray(FINGERPRINT, AT).equals(fingerprint(scope))) throw notACursor();
    return { direction, id: toUuid(payload.subarray(ID, FINGERPRINT)), at: payload.subarray(AT).toString() };
  }

  private mac(payload: Buffer): Buffer {
    return createHmac('sha256', this.key).update(payload).digest().subarray(0, MAC_BYTES);
  }
}

const notACursor = () =>
  validationError('cursor', 'must be a cursor that this list gave out for the same filters');

function fingerprint(scope: CursorScope): Buffer {
  const given = Object.entries(scope).filter(([, value]) => value !== undefined);
  const canonical = JSON.stringify(given.sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256')
    .update(canonical)
    .digest()
    .subarray(0, AT - FINGERPRINT);
}

const toUuid = (bytes: Buffer) =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
