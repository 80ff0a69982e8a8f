// The one error class.

import type { ErrorCode } from './error-codes.js'
import { show } from './show.js'

/** What a {@link PipelineError} is made of. */
export interface PipelineErrorInit {
  /** What went wrong, as a word to compare. */
  code: ErrorCode
  /** What was wrong, and what to do. */
  message: string
  /** The stage or edge it belongs to. */
  stage?: string | undefined
  /** For a stage's error: how many messages that stage had finished before the one it failed at. */
  sequence?: number | undefined
  /** What it goes back to: the exception of a stage, the reason of an abort. */
  cause?: unknown
}

/**
 * Every error of this package. Compare `code`; read `message` for the remedy.
 *
 * An exception thrown by a stage is the `cause` of an error with the code `STAGE_FAILED`; the reason given to `abort()`
 * or to an AbortSignal is that of one with the code `ABORTED`.
 */
export class PipelineError extends Error {
  /** Always `PipelineError`. */
  override readonly name = 'PipelineError'
  /** What went wrong, as a word to compare. */
  readonly code: ErrorCode
  /** The stage or edge it belongs to, if it belongs to one. */
  readonly stage: string | undefined
  /** For a stage's error: how many messages that stage had finished before the one it failed at; the first is 0. */
  readonly sequence: number | undefined

  constructor({ code, message, stage, sequence, cause }: PipelineErrorInit) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.stage = stage
    this.sequence = sequence
  }
}

/** A call was made with something it cannot take. */
export function invalid(what: string, expected: string, received: unknown): PipelineError {
  return new PipelineError({
    code: 'INVALID_OPTION',
    message: `Expected ${what} to be ${expected} but received ${show(received)}`,
  })
}
