import type { Caller } from '../../kernel/auth/auth-user.js';

/** What other modules may ask of accounts. With an API key only its application, and what belongs to it, is the caller's. */
export abstract class AccountsContract {
  /** Throws 404 endpoint_not_found when the endpoint is not there or is not the caller's. */
  abstract assertOwnsEndpoint(caller: Caller, endpointId: string): Promise<void>;
  /** Throws 404 endpoint_not_found when the endpoint is not there, 403 access_denied when it is not the caller's. */
  abstract requireOwnEndpoint(caller: Caller, endpointId: string): Promise<void>;
  /** Throws 404 application_not_found when the application is not there or is not the caller's. */
  abstract assertOwnsApplication(caller: Caller, applicationId: string): Promise<void>;
  /** Those of the endpoints that are the caller's, in no order. */
  abstract ownEndpoints(caller: Caller, endpointIds: readonly string[]): Promise<string[]>;
}
