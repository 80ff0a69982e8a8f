// The module of a worker stage: runs in threads of its own, as many as asked for.

import { json } from '@stream-pipeline/node'

let limit = 1

/** @param {{ limit: number }} options What `worker()` was given. */
export function init(options) {
  limit = options.limit
}

export default json(
  /** @param {{ id: number, amounts: number[] }} order */
  ({ id, amounts }) => ({ id, score: amounts.reduce((sum, amount) => sum + amount, 0) / limit }),
)
