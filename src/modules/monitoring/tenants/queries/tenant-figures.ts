/** What a tenant, or one of its endpoints, has cost and stored; bigint arrives as text. */
export interface TenantFigures {
  requests: string;
  databaseMs: number;
  rows: string;
  bytes: string;
  statements: string;
  attempts: string;
  events: string;
  storedBytes: number | null;
  attemptsPerDay: number;
  bytesPerDay: number | null;
}
