import { withSession } from '../server/session.js';
import { selectSample, selectTenants } from './tenants.sql.js';

/** A tenant, and what its lists are asked for: the middle of its history, its common and rare contracts and topics. */
export interface Tenant {
  name: 'heavy' | 'median' | 'light';
  userId: string;
  email: string;
  attempts: number;
  events: number;
  middleId: string;
  middleTime: string;
  middleBlock: number;
  transactionHash: string;
  endpointId: string;
  applicationId: string;
  chainId: number;
  commonContract: string;
  rareContract: string;
  /** Of events that this tenant has none of; null where it has some of all. */
  foreignContract: string | null;
  commonTopic: string;
  rareTopic: string;
}

const NAMES = ['heavy', 'median', 'light'] as const;

type Counted = Pick<Tenant, 'userId' | 'email' | 'attempts'>;
type Sample = Omit<Tenant, 'name' | keyof Counted>;

/** By their delivery attempts, from a database that has our columns. */
export const readTenants = (databaseUrl: string): Promise<[heavy: Tenant, median: Tenant, light: Tenant]> =>
  withSession(databaseUrl, async (query) => {
    const counted = await query<Counted>(selectTenants);
    const tenants: Tenant[] = [];
    for (const name of NAMES) {
      const tenant = counted[tenants.length];
      const [sample] = tenant ? await query<Sample>(selectSample, [tenant.userId]) : [];
      if (!tenant || !sample) throw new Error('there are fewer than three tenants with attempts');
      tenants.push({ name, ...tenant, ...sample });
    }
    return tenants as [Tenant, Tenant, Tenant];
  });
