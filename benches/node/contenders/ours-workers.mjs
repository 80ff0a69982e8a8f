// This package's stage in worker threads. The pipeline stays open from one spell to the next, as a pool of workers does.

import { PipelineBuilder, worker } from '@stream-pipeline/node'

const STAGE = new URL('../workers/our-stage.mjs', import.meta.url)

export async function open({ threads, rounds }) {
  const running = new PipelineBuilder()
    .addStage('js', worker(STAGE, { threads, options: { rounds } }))
    .build()
    .start()
  let take
  const reading = (async () => {
    for await (const messages of running.output.batches()) take(messages)
  })()
  const carry = async ({ next, sinkMessages }) => {
    let pushed = 0
    let taken = 0
    let isFed = false
    let arrived
    const allTaken = new Promise((resolve) => {
      arrived = resolve
    })
    const look = () => {
      if (isFed && taken === pushed) arrived()
    }
    take = (messages) => {
      taken += messages.length
      sinkMessages(messages)
      look()
    }
    for (let batch = next(); batch !== undefined; batch = next()) {
      pushed += batch.length
      await running.input.pushBatch(batch)
    }
    isFed = true
    look()
    await allTaken
  }
  const close = async () => {
    running.input.close()
    await Promise.all([reading, running.wait()])
  }
  return { carry, close }
}
