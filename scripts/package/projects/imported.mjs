// The package by `import`, on the main thread and in two workers at the same time.

import { once } from 'node:events'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'

import * as streamPipeline from '@stream-pipeline/node'

import { works } from './pipeline.mjs'

const here = await works(streamPipeline)
if (!isMainThread) {
  parentPort.postMessage(here)
} else {
  const workers = [1, 2].map(() => new Worker(new URL(import.meta.url)))
  const there = await Promise.all(workers.map(async (worker) => (await once(worker, 'message'))[0]))
  console.log(`import: ${[here, ...there].join(' ')}`)
}
