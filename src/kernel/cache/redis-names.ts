/**
 * Every version of the server, on whatever database, says and hears the same about tags: one invalidation too many costs a
 * read. Answers are told apart by their keys, which know code, schema and database.
 */
const PREFIX = 'ethhook-admin:cache';

export const CHANNEL = `${PREFIX}:invalidated`;
export const PROBE = `${PREFIX}:probe`;
export const tagName = (tag: string) => `${PREFIX}:tag:${tag}`;
export const answerName = (key: string) => `${PREFIX}:answer:${key}`;
export const lockName = (key: string) => `${PREFIX}:lock:${key}`;
