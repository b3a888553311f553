import type { Caller } from '../../../kernel/auth/auth-user.js';
import { fragment, nothing } from '../../../kernel/database/sql.js';

/** Whether the application `a` is there for this user. */
export const isOwnApplication = (userId: string) => fragment`a.user_id = ${userId}`;

/** Whether the endpoint `ep` is; its user_id is kept that of its application by a foreign key. */
export const isOwnEndpoint = (userId: string) => fragment`ep.user_id = ${userId}`;

/** Whether the endpoint `ep` is the caller's: with an API key only those of its application. */
export const isCallersEndpoint = ({ userId, applicationId }: Caller) => fragment`${isOwnEndpoint(userId)}
     ${applicationId === undefined ? nothing : fragment`AND ep.application_id = ${applicationId}`}`;
