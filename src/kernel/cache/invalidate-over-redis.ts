import { CHANNEL } from './redis-names.js';
import { RedisSession } from './redis-session.js';
import type { Tag } from './tag.js';
import { publish } from './tags.js';

/** For a script, which has no instance of its own. Returns how many listen. Throws what Redis said, or that it said nothing. */
export async function invalidateOverRedis(url: string, tags: readonly Tag[]): Promise<number> {
  const session = await RedisSession.open(url, CHANNEL, { onMessage: ignore, onLost: ignore });
  try {
    const listeners = await publish(session.redis, tags);
    // This one listens too.
    return listeners - 1;
  } finally {
    session.close();
  }
}

const ignore = () => undefined;
