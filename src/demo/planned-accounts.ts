import type { Receiver } from './delivery-outcomes.js';
import type { Uuid } from './random.js';

export interface PlannedUser {
  id: Uuid;
  email: string;
  name: string | null;
  fullName: string | null;
  tier: 'free' | 'starter' | 'pro' | 'enterprise';
  isAdmin: boolean;
  createdAtUs: number;
  lastLoginAtUs: number | null;
}

export interface PlannedApplication {
  id: Uuid;
  userIndex: number;
  name: string;
  description: string | null;
  webhookSecret: string;
  apiKey: string;
  createdAtUs: number;
}

export interface PlannedEndpoint extends Receiver {
  id: Uuid;
  applicationIndex: number;
  userIndex: number;
  name: string;
  description: string | null;
  hmacSecret: string;
  /** Indexes into `chains`. */
  chainIndexes: readonly number[];
  /** Index into `eventShapes`; null watches every event of its contracts. */
  shapeIndex: number | null;
  /** Filled by the feeds' plan. */
  contracts: string[];
  rateLimitPerSecond: number;
  maxRetries: number;
  createdAtUs: number;
  /** Inactive from then on. */
  deactivatedAtUs: number | null;
  /** How often its first attempts fail, against the mean of all endpoints. */
  failureFactor: number;
}

export interface PlannedAccounts {
  users: PlannedUser[];
  applications: PlannedApplication[];
  endpoints: PlannedEndpoint[];
  /** Each user's endpoints, as indexes. */
  endpointsOfUser: number[][];
}
