import type { Trust } from '../http/trust.js';

/** An answer as it is kept: its body as it is sent, and what is said of it. */
export interface Kept {
  /** JSON. */
  readonly text: string;
  readonly trust: Trust | null;
  /** Its entity tag: of a body of 100 kB, not to be computed anew for each who asks. */
  readonly tag: string;
  /** When it was read, and until when it is fresh, in ms since 1970. */
  readonly readAt: number;
  readonly freshUntil: number;
}

/** What bentocache keeps of an entry. */
interface RawEntry {
  readonly value: Kept;
  readonly createdAt: number;
  readonly logicalExpiration: number;
}

/** A line of JSON, and the text as it is: a body of 100 kB would take longer to be put into JSON twice than to be read. */
export const keptSerializer = {
  serialize: ({ value: { text, ...head }, ...entry }: RawEntry): string =>
    `${JSON.stringify({ ...entry, head })}\n${text}`,
  deserialize: (serialized: string): RawEntry => {
    const end = serialized.indexOf('\n');
    const { head, ...entry } = JSON.parse(serialized.slice(0, end)) as Omit<RawEntry, 'value'> & {
      head: Omit<Kept, 'text'>;
    };
    return { ...entry, value: { ...head, text: serialized.slice(end + 1) } };
  },
};
