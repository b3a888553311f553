import { FlagError, optionalId, readFlags, toggle } from '../src/demo/flags.js';
import { invalidateOverRedis } from '../src/kernel/cache/invalidate-over-redis.js';
import { tellTrouble } from '../src/kernel/cache/redis-trouble.js';
import { tagOf, type Tag } from '../src/kernel/cache/tag.js';

const usage = `usage: npm run cache -- invalidate [flags]
  No instance gives an answer any more that was read before: by the Redis of REDIS_URL, which all of them listen to.
  --tenant ID        all answers of a user
  --application ID   those that name the application, and all that its API key is given
  --endpoint ID      those that name the endpoint
  --all              every answer of everybody
Exit codes: 0 done, 1 Redis is not to be had, 2 wrong usage. Instances without a Redis are told one by one, by
POST /api/v1/admin/cache/invalidate.`;

async function main([command, ...args]: readonly string[]): Promise<void> {
  if (command !== 'invalidate') return help(command);
  const flags = readFlags(args, {
    tenant: optionalId,
    application: optionalId,
    endpoint: optionalId,
    all: toggle,
  });
  if (flags === null) return console.log(usage);
  const { all, ...ids } = flags;
  const tags: Tag[] = all ? ['all'] : [];
  for (const kind of ['tenant', 'application', 'endpoint'] as const) {
    const id = ids[kind];
    if (id !== undefined) tags.push(tagOf(kind, id.toLowerCase()));
  }
  if (tags.length === 0)
    throw new FlagError('one of --tenant, --application, --endpoint and --all is needed');
  const url = process.env.REDIS_URL;
  if (!url) throw new FlagError('REDIS_URL is not set');
  const listeners = await invalidateOverRedis(url, tags);
  console.log(`invalidated: ${tags.join(', ')}; ${listeners} instance(s) listen`);
}

function help(command: string | undefined): void {
  if (command !== undefined && !/^(-h|--help)$/.test(command))
    throw new FlagError(`${command} is no command`);
  console.log(usage);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const isUsage = error instanceof FlagError;
  console.error(isUsage ? `${error.message}\n\n${usage}` : `Redis is not to be had: ${tellTrouble(error)}`);
  process.exitCode = isUsage ? 2 : 1;
});
