// This package.

import {
  batch,
  filter,
  gzip,
  join,
  json,
  lines,
  passthrough,
  PipelineBuilder,
  utf8,
  view,
  worker,
} from '@stream-pipeline/node'
import { createReadStream, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { reshape } from '../records.mjs'
import { stageOf } from '../work.mjs'
import { READ_OPTIONS } from './hand-etl.mjs'

const ETL_STAGE = new URL('../workers/our-etl.mjs', import.meta.url)

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

/** A stage in each of the forms there are; the case says which. */
const FORMS = {
  /** The function gets a Buffer of its own. */
  bytes: stageOf,
  utf8: () => utf8((text) => text),
  view: (rounds) => view(stageOf(rounds)),
  batch: () =>
    batch(({ length, offsets }, emit) => {
      for (let index = 0; index < length; index++) emit(offsets[index], offsets[index + 1])
    }),
}

/** Chunks -> lines -> a stage in JavaScript -> chunks. */
export async function jsStage(feed) {
  const stage = FORMS[feed.form ?? 'bytes'](feed.rounds)
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

/** From file to file; with threads, the stage is in workers. */
export async function etl({ input, output, threads }) {
  const stage = threads === undefined ? json(reshape) : worker(ETL_STAGE, { threads })
  const running = new PipelineBuilder()
    .addStage('lines', lines(), { capacity: CHUNKS })
    .addStage('etl', stage)
    .addStage('join', join('\n'))
    .withOutputEdge({ capacity: CHUNKS })
    .build()
    .start()
  await pipeline(createReadStream(input, READ_OPTIONS), running.toNode(), createWriteStream(output))
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
