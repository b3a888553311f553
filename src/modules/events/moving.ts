/**
 * For how long a page of events or attempts is given again. The pages move every second, and the UI asks every 3 seconds: so
 * this is for those who ask the same at the same time, and nobody sees a new row much later than without it.
 */
export const MOVING_MS = 1000;
