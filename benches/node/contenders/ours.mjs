// This package.

import { gzip, join, lines, filter, passthrough, PipelineBuilder } from '@stream-pipeline/node'
import { stageOf } from '../work.mjs'

/** Chunks of 64 KiB that an edge holds, unless the case says fewer: 8 MiB. The default is a count for small messages. */
const CHUNKS = 128

async function read(running, sinkMessages) {
  for await (const messages of running.output.batches()) sinkMessages(messages)
}

async function carryChunks(running, { next, sink }) {
  const reading = read(running, (chunks) => chunks.forEach(sink))
  for (let chunk = next(); chunk !== undefined; chunk = next()) await running.input.push(chunk)
  running.input.close()
  await Promise.all([reading, running.wait()])
}

async function carryBatches(running, { next, sinkMessages }) {
  const reading = read(running, sinkMessages)
  for (let batch = next(); batch !== undefined; batch = next()) await running.input.pushBatch(batch)
  running.input.close()
  await Promise.all([reading, running.wait()])
}

/** Chunks -> lines -> a stage in JavaScript -> chunks. */
async function throughStage(stage, feed) {
  const capacity = feed.chunks ?? CHUNKS
  const running = new PipelineBuilder()
    .addStage('lines', lines(), { capacity })
    .addStage('js', stage)
    .addStage('join', join('\n'))
    .withOutputEdge({ capacity })
    .build()
    .start()
  await carryChunks(running, feed)
}

/** A function that gets a Buffer of its own and returns it. */
export const jsStage = (feed) => throughStage(stageOf(feed.rounds), feed)

export async function threeStages(feed) {
  const running = new PipelineBuilder()
    .addStage('one', passthrough())
    .addStage('two', passthrough())
    .addStage('three', passthrough())
    .build()
    .start()
  await carryBatches(running, feed)
}

export async function nativeStages(feed) {
  const capacity = feed.chunks ?? CHUNKS
  const running = new PipelineBuilder()
    .addStage('lines', lines(), { capacity })
    .addStage('some', filter(feed.pattern))
    .addStage('join', join('\n'))
    .addStage('gzip', gzip(), { capacity })
    .withOutputEdge({ capacity })
    .build()
    .start()
  await carryChunks(running, feed)
}

/** A pipeline whose output is claimed and never read. */
export async function stopped({ next, policy, breathe }) {
  const running = new PipelineBuilder().addStage('only', passthrough(), { policy }).build().start()
  running.output[Symbol.asyncIterator]()
  for (let batch = next(); batch !== undefined; batch = next()) {
    // Where the ring refuses, the caller is told at once; where it drops, everything is let in.
    if (policy === 'block') for (const message of batch) running.input.tryPush(message)
    else await running.input.pushBatch(batch)
    await breathe()
  }
  running.abort()
  await running.completed.catch(() => undefined)
}
