/** What other modules may ask of accounts. */
export abstract class AccountsContract {
  /** Throws 404 endpoint_not_found when the endpoint is not there or is another tenant's. */
  abstract assertOwnsEndpoint(userId: string, endpointId: string): Promise<void>;
}
