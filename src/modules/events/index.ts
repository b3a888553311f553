export { EventsModule } from './events.module.js';
export { EventsReads, type EventFilter, type EventPage } from './events.reads.js';
export { OriginalEventsReads } from './original-events.reads.js';
export { newIn, seenBy, type FoldSnapshot } from './attempt-changes.js';
export { addFacetCtes } from './event-facets.js';
