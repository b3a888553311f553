import { LateError } from './budget.js';

export type TroubleKind = 'late' | 'full' | 'refused' | 'connection' | 'other';

/** What Redis says begins with its kind. */
const replyKinds: Readonly<Record<string, TroubleKind>> = {
  OOM: 'full',
  WRONGPASS: 'refused',
  NOAUTH: 'refused',
  NOPERM: 'refused',
  ERR: 'other',
};

export function kindOfTrouble(error: unknown): TroubleKind {
  if (error instanceof LateError) return 'late';
  const { message = '', code } = error as { message?: string; code?: string };
  const kind = replyKinds[replyCode(message) ?? ''];
  if (kind !== undefined) return kind;
  return code !== undefined || /clos|connect/i.test(message) ? 'connection' : 'other';
}

/** Redis may repeat what it was sent, so only the beginning of its words is told. */
export function tellTrouble(error: unknown): string {
  const { message = '', code } = error as { message?: string; code?: string };
  return replyCode(message) ?? code ?? (error instanceof LateError ? message : 'the connection is closed');
}

const replyCode = (message: string) => /^([A-Z]{3,})\b/.exec(message)?.[1];
