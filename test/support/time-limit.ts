// A bound for a hang, not a measure: a small machine runs several servers at once here. (jest takes a testTimeout of its
// first level only, and with projects that is nobody's.)
jest.setTimeout(30_000);
