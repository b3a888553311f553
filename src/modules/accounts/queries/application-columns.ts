import { constant } from '../../../kernel/database/sql.js';

export interface ApplicationRow {
  id: string;
  userId: string;
  name: string;
  description: string | null;
  apiKey: string | null;
  webhookSecret: string;
  isActive: boolean;
  createdAt: string | null;
  updatedAt: string | null;
}

/** Of the application `a`. Without a value it is not active: so the delivery service sees it. */
export const applicationColumns = constant(`a.id,
         a.user_id AS "userId",
         a.name,
         a.description,
         a.api_key AS "apiKey",
         a.webhook_secret AS "webhookSecret",
         coalesce(a.is_active, false) AS "isActive",
         a.created_at AS "createdAt",
         a.updated_at AS "updatedAt"`);
