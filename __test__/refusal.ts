import { PipelineError } from '../index.js'

/** The error that a call throws, or a promise rejects with. */
export async function refusalOf(attempt: Promise<unknown> | (() => unknown)): Promise<PipelineError> {
  try {
    await (typeof attempt === 'function' ? attempt() : attempt)
  } catch (error) {
    if (error instanceof PipelineError) return error
    throw error
  }
  throw new Error('it was not refused')
}
