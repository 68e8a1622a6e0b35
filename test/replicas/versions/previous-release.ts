/** The version that replicas of this one run beside during a rollout. */
export const PREVIOUS_RELEASE = "0.2.0";

/** State that this release left in Redis; see `previous-release.record.ts`. */
export const RECORDED_STATE_FILE = `test/fixtures/state-${PREVIOUS_RELEASE}.json`;
