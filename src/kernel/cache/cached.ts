import { applyDecorators, SetMetadata, UseInterceptors } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { ABOUT, type About } from './cache-headers.js';
import { CachingInterceptor } from './caching.interceptor.js';

/**
 * The answers of a route, or of all of a controller, are kept; for how long, CacheTTL says where it is less than
 * CACHE_TTL_SECONDS. What `:id` and `ids` are, `about` says: by these it is invalidated too.
 */
export const Cached = (about?: About) =>
  applyDecorators(
    SetMetadata(ABOUT, about),
    UseInterceptors(CachingInterceptor),
    ApiHeader({
      name: 'Cache-Control',
      required: false,
      description: '`no-cache`: read now, whatever is kept, and keep that.',
    }),
  );
