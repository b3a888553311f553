/** What other modules may ask of accounts. */
export abstract class AccountsContract {
  /** Throws 404 endpoint_not_found when the endpoint is not there or is another tenant's. */
  abstract assertOwnsEndpoint(userId: string, endpointId: string): Promise<void>;
  /** Throws 404 endpoint_not_found when the endpoint is not there, 403 access_denied when it is another tenant's. */
  abstract requireOwnEndpoint(userId: string, endpointId: string): Promise<void>;
  /** Throws 404 application_not_found when the application is not there or is another tenant's. */
  abstract assertOwnsApplication(userId: string, applicationId: string): Promise<void>;
}
