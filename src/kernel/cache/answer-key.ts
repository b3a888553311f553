import { hash } from 'node:crypto';

/** Of a bounded length, whatever was asked. What differs in any of the three has another key. */
export const answerKey = (identity: string, versions: string, text: string) =>
  hash('sha256', `${identity}\n${versions}\n${text}`, 'base64url');
