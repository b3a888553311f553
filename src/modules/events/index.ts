export { EventsModule } from './events.module.js';
export { EventsReads, type EventFilter, type EventPage } from './events.reads.js';
export { OriginalEventsReads } from './original-events.reads.js';
