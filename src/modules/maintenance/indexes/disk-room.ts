import { freeDiskBytes } from '../../../kernel/database/free-disk.js';
import { DomainError } from '../../../kernel/errors/domain-error.js';
import type { JobContext } from '../../../kernel/tasks/job.js';

/** The new index, and the sort that it is made by. */
export const BUILD_DISK_FACTOR = 2;

/** Throws 503 too_little_disk where the disk can be seen and has no room to build an index of that size. */
export async function refuseTooLittleDisk(context: JobContext, indexBytes: number): Promise<void> {
  const free = await freeDiskBytes(context);
  const needed = indexBytes * BUILD_DISK_FACTOR;
  if (free !== null && free < needed)
    throw new DomainError(
      'unavailable',
      'too_little_disk',
      `The build needs about ${needed} bytes of disk, and ${free} are free`,
    );
}
