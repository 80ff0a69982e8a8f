// The job: the pipeline, and how it is fed, emptied and stopped.

import { extname } from 'node:path'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

import { filter, gzip, join, lines, PipelineBuilder, type Pipeline, type Running } from '@stream-pipeline/node'

import { dataSet } from './data-set.js'
import type { Options } from './options.js'
import { reshapeRow, reshapeStrike, reshapeText, type Reshape } from './reshape.js'
import { firstLine, type Source } from './source.js'

/** How long what is in flight may take to finish after an interruption. */
export const DRAIN_MS = 5000

/** Chunks that a ring holds: a few MB. The default of 8192 messages is meant for small ones. */
const CHUNKS = 20

/** Bytes in, compressed lines of JSON out. */
export async function buildJob({ input, match }: Options): Promise<Pipeline> {
  const [kept, reshape] = await recordsOf(input)
  return new PipelineBuilder()
    .addStage('lines', lines(), { capacity: CHUNKS })
    .addStage('filter', filter(match ?? kept))
    .addStage('reshape', reshape)
    .addStage('join', join('\n'))
    .addStage('gzip', gzip(), { capacity: CHUNKS })
    .withOutputEdge({ capacity: CHUNKS })
    .withBackpressure({ high: 0.8, low: 0.4 })
    .build()
}

/** Who works on a message: a thread of the engine, or the thread that JavaScript has. */
export function kindOf(stage: string): 'native' | 'JS' | '' {
  return stage === 'output' ? '' : stage === 'reshape' ? 'JS' : 'native'
}

/** Which records of a file are kept, and what is made of each. */
async function recordsOf(input: string): Promise<[match: string, reshape: Reshape]> {
  if (input === dataSet.path) return [dataSet.match, reshapeStrike]
  const extension = extname(input).toLowerCase()
  if (extension === '.csv') return ['.', reshapeRow(await firstLine(input), ',')]
  if (extension === '.tsv') return ['.', reshapeRow(await firstLine(input), '\t')]
  return ['.', reshapeText]
}

/** Runs it to its end. After `stop`, nothing more is read, and what is in flight is finished. */
export async function runJob(running: Running, source: Source, output: Writable, stop: AbortSignal): Promise<void> {
  const written = pipeline(running.output, output)
  try {
    await Promise.all([feed(running, source, stop), written])
  } catch (error) {
    // Whatever failed, reading or writing or a stage: the rest ends too.
    running.abort(error)
    output.destroy()
    await running.completed.catch(() => undefined)
    throw error
  }
}

async function feed(running: Running, source: Source, stop: AbortSignal): Promise<void> {
  try {
    await running.input.pushFrom(source, { signal: stop })
  } catch (error) {
    if (!stop.aborted) throw error
  }
  await (stop.aborted ? running.drain({ timeoutMs: DRAIN_MS }) : running.wait())
}
