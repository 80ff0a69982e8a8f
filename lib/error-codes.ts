// Made by `npm run codes` from the list in crates/stream-pipeline/src/error.rs. Do not edit.

/** Every code a {@link PipelineError} may have. What each means is said in the crate's `ErrorCode`. */
export const ERROR_CODES = [
  'NO_STAGES',
  'EMPTY_NAME',
  'INVALID_NAME',
  'DUPLICATE_NAME',
  'UNKNOWN_EDGE',
  'INVALID_CAPACITY',
  'INVALID_MARKS',
  'INVALID_BYTE_BUDGET',
  'INVALID_MESSAGE_LIMIT',
  'MISSING_STAGE',
  'OUTPUT_TAKEN',
  'THREAD_REFUSED',
  'NOT_STARTED',
  'CLOSED',
  'ABORTED',
  'FULL',
  'TIMEOUT',
  'OVERFLOW',
  'MESSAGE_TOO_LARGE',
  'STAGE_FAILED',
  'STAGE_PANICKED',
  'WOULD_DEADLOCK',
  'DRAIN_TIMEOUT',
  'INVALID_OPTION',
  'TOO_MANY_PENDING',
  'BINDING_NOT_LOADED',
] as const

/** What went wrong, as a word to compare. */
export type ErrorCode = (typeof ERROR_CODES)[number]
