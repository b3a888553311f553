import { Metrics } from '../telemetry/metrics.js';
import { Budget } from './budget.js';
import { CacheMetrics } from './cache-metrics.js';
import { RedisLink } from './redis-link.js';
import { messageOf, tagOf, tagsOf, type Tag } from './tag.js';
import { Tags } from './tags.js';

const alice = tagOf('tenant', '00000000-0000-4000-8000-00000000000a');
const bob = tagOf('tenant', '00000000-0000-4000-8000-00000000000b');

const tagsWithoutRedis = () =>
  new Tags(new RedisLink(undefined, () => undefined), new CacheMetrics(new Metrics()));
const versionsOf = (tags: Tags, ...of: Tag[]) => Promise.resolve(tags.versions(of, new Budget()));

it('a version stays until it is invalidated, and then is one that never was', async () => {
  const tags = tagsWithoutRedis();
  const seen = new Set<string>();
  for (let turn = 0; turn < 5; turn++) {
    const version = await versionsOf(tags, alice);
    expect([await versionsOf(tags, alice), seen.has(version)]).toEqual([version, false]);
    seen.add(version);
    const bobs = await versionsOf(tags, bob);
    expect(await tags.invalidate([alice])).toBe(false);
    expect(await versionsOf(tags, bob)).toBe(bobs);
  }
});

it('says what it has learnt before anybody has the version, and once', async () => {
  const tags = tagsWithoutRedis();
  const told: string[] = [];
  tags.onLearnt((learnt) => told.push(learnt.join()));
  await versionsOf(tags, 'all', alice);
  await versionsOf(tags, 'all', alice);
  expect(told).toEqual([`all,${alice}`]);
  await tags.invalidate([alice]);
  await versionsOf(tags, 'all', alice);
  expect(told).toHaveLength(2);
});

it('two who learn at once have the same version', async () => {
  const tags = tagsWithoutRedis();
  const [one, other] = await Promise.all([versionsOf(tags, alice), versionsOf(tags, alice)]);
  expect(one).toBe(other);
});

it('what is no message of ours is none: everything is forgotten then', async () => {
  for (const text of ['', '{}', 'null', '["everything"]', '["tenant:*"]', '["tenant:\\n"]', '[1]'])
    expect([text, tagsOf(text)]).toEqual([text, undefined]);
  const tags = tagsWithoutRedis();
  const before = await versionsOf(tags, 'all', alice);
  tags.heard('[1]');
  expect(await versionsOf(tags, 'all', alice)).not.toBe(before);
});

it('what was read of Redis before an invalidation was heard is not remembered after it', async () => {
  const answers: ((versions: string[]) => void)[] = [];
  const link = {
    listen: () => undefined,
    use: () => new Promise<string[]>((resolve) => answers.push(resolve)),
  } as unknown as RedisLink;
  const tags = new Tags(link, new CacheMetrics(new Metrics()));
  const old = versionsOf(tags, alice);
  tags.heard(messageOf([alice]));
  answers[0]?.(['old']);
  expect(await old).toBe('old');
  const next = versionsOf(tags, alice);
  answers[1]?.(['new']);
  expect(await next).toBe('new');
  expect(await versionsOf(tags, alice)).toBe('new');
  expect(answers).toHaveLength(2);
});
