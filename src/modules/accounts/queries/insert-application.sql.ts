import { sql } from '../../../kernel/database/sql.js';
import { applicationColumns, type ApplicationRow } from './application-columns.js';

export interface NewApplication {
  userId: string;
  name: string;
  description: string | null;
  apiKey: string;
  webhookSecret: string;
}

export const insertApplication = (p: NewApplication) => sql<ApplicationRow>('accounts.insert-application')`
  INSERT INTO applications AS a (user_id, name, description, api_key, webhook_secret)
  VALUES (${p.userId}, ${p.name}, ${p.description}, ${p.apiKey}, ${p.webhookSecret})
  RETURNING ${applicationColumns}`;
