// The package by `require`, on the main thread and in two workers at the same time.

const console = require('node:console')
const { once } = require('node:events')
const { isMainThread, parentPort, Worker } = require('node:worker_threads')

const streamPipeline = require('@stream-pipeline/node')

async function main() {
  const { works } = await import('./pipeline.mjs')
  const here = await works(streamPipeline)
  if (!isMainThread) {
    parentPort.postMessage(here)
    return
  }
  const workers = [1, 2].map(() => new Worker(module.filename))
  const there = await Promise.all(workers.map(async (worker) => (await once(worker, 'message'))[0]))
  console.log(`require: ${[here, ...there].join(' ')}`)
}

main()
