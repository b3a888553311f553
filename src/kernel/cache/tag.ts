import { z } from 'zod';

/** What an answer is about, and is invalidated by. Every answer has `all` and its tenant's. */
export type TagKind = 'tenant' | 'application' | 'endpoint';
export type Tag = 'all' | `${TagKind}:${string}`;

export const tagOf = (kind: TagKind, id: string): Tag => `${kind}:${id}`;

const messageSchema = z.array(z.string().regex(/^(all|(tenant|application|endpoint):[0-9a-f-]{36})$/));

export const messageOf = (tags: readonly Tag[]) => JSON.stringify(tags);

/** Undefined for what is no message of ours: then who hears it knows no better than to forget everything. */
export function tagsOf(message: string): Tag[] | undefined {
  try {
    return messageSchema.parse(JSON.parse(message)) as Tag[];
  } catch {
    return undefined;
  }
}
