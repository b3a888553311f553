export { EventsModule } from './events.module.js';
export { EventsReads, type EventFilter, type EventPage } from './events.reads.js';
export { LiveEventsReads } from './live-events.reads.js';
export { OriginalEventsReads } from './original-events.reads.js';
export { newIn, seenBy, type FoldSnapshot } from './live/attempt-changes.js';
export { addFacetCtes } from './live/event-facets.js';
export { liveCtes, type LiveOptions, type LiveScope } from './live/live-ctes.js';
export { liveColumns, strideOf, windowCtes, type Bucket, type LiveRow } from './live/live-window.js';
export { counterNames, counterSums, eachCounter } from './live/rollup-counters.js';
