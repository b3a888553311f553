import type { Replica } from './replica.js';
import type { WalPosition } from './wal-position.js';

declare module '../request-context.js' {
  interface RequestContext {
    /** Known when its handler begins. */
    reads?: ReadContext;
  }
}

/** What the statements of a request must be able to see. */
export interface ReadContext {
  readonly callerId: string;
  /** Where the caller's last write ended, as far as the caller has told; null: written where nobody knows. */
  after: WalPosition | null;
  /** Work that the request has started may go on without it, and not know what it may see. */
  isOver: boolean;
  /** Where all reads of this request go: what has been seen cannot be gone again. null is the primary. */
  node?: Replica | null;
  /** A write of this request has, or may have, been committed; the log ends there, null: nobody knows where. */
  onWritten(position: WalPosition | null): void;
}
