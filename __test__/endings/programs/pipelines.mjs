// The pipelines that something ends: in each state, from one path or two.

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import * as ours from '../../fixtures/busy.mjs'

/**
 * Starts what the state asks for. `copy` is where a second copy of the package lies; a module there finds it under the
 * name by which it finds itself.
 */
export async function begin(state, copy, options) {
  if (state !== 'two-copies') return [await pipeline(ours, state, options)]
  const path = join(copy, '__test__/fixtures/busy.mjs')
  // eslint-disable-next-line no-restricted-syntax -- where the copy lies is known at run time
  const theirs = await import(pathToFileURL(path))
  return [await pipeline(ours, 'busy', options), await pipeline(theirs, 'busy', options)]
}

async function pipeline({ start, letGo, insideTheStage }, state, options) {
  const running = await start[state](options)
  return { running, insideTheStage, letGo: () => letGo(running) }
}
