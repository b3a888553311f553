import type { AuthUser } from '../../../kernel/auth/auth-user.js';

/** What of a feed a caller gets: decided here, for streams of every kind. */
export interface FeedScope {
  readonly userId: string;
}

export const feedScopeOf = ({ userId }: AuthUser): FeedScope => ({ userId });
