// The options of an async stage function, checked.

import { checkBoolean, checkTimeout } from '../options.js'
import { invalid } from '../pipeline-error.js'
import type { AsyncPlan } from '../hosting/script.js'
import type { AsyncOptions } from '../stage.js'

/** More calls at once than this are a mistake, and what they hold is memory that no ring bounds. */
const MAX_CONCURRENCY = 65_536

/** The plan of a stage with these options: `undefined` without concurrency. */
export function asyncPlan(options: Partial<AsyncOptions>): AsyncPlan | undefined {
  const { concurrency, ordered = true, timeoutMs } = options
  checkBoolean('ordered', ordered)
  if (timeoutMs !== undefined) checkTimeout('timeoutMs', timeoutMs)
  if (concurrency === undefined) {
    if (timeoutMs !== undefined || options.ordered !== undefined) {
      throw invalid('concurrency', 'given with ordered and timeoutMs, which are for async functions', concurrency)
    }
    return undefined
  }
  if (!(Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= MAX_CONCURRENCY)) {
    throw invalid('concurrency', `a whole number from 1 to ${MAX_CONCURRENCY}`, concurrency)
  }
  return { concurrency, ordered, timeoutMs }
}
