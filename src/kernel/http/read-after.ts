import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { AppConfig } from '../config/config.js';
import type { WalPosition } from '../database/replicas/wal-position.js';

const VERSION = 1;
const MAC_BYTES = 16;
const LENGTH = 1 + 8 + MAC_BYTES;
/** Of a write that nobody knows the place of: no replica ever has it. */
const NOWHERE = 0xffff_ffff_ffff_ffffn;

/** Signed places in the database's log: whoever has one is read to from a node that has what was written until there. */
export class ReadAfterTokens {
  private readonly key: Buffer;

  constructor({ auth }: Pick<AppConfig, 'auth'>) {
    this.key = Buffer.from(hkdfSync('sha256', auth.jwtSecret, '', 'ethhook-admin read-after', 32));
  }

  encode(position: WalPosition | null): string {
    const payload = Buffer.alloc(LENGTH - MAC_BYTES);
    payload.writeUInt8(VERSION);
    payload.writeBigUInt64BE(position ?? NOWHERE, 1);
    return Buffer.concat([payload, this.mac(payload)]).toString('base64url');
  }

  /** null: of a place that is not known, or not made here. To be on the safe side such a caller reads at the primary. */
  decode(token: string): WalPosition | null {
    const bytes = Buffer.from(token.slice(0, 2 * LENGTH), 'base64url');
    if (bytes.length !== LENGTH || bytes[0] !== VERSION) return null;
    const payload = bytes.subarray(0, -MAC_BYTES);
    if (!timingSafeEqual(this.mac(payload), bytes.subarray(-MAC_BYTES))) return null;
    const position = payload.readBigUInt64BE(1);
    return position === NOWHERE ? null : position;
  }

  private mac(payload: Buffer): Buffer {
    return createHmac('sha256', this.key).update(payload).digest().subarray(0, MAC_BYTES);
  }
}
