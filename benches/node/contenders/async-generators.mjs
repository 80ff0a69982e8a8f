// Async generators, a message at a time.

import { LineJoiner, LineSplitter } from '../lines.mjs'
import { stageOf } from '../work.mjs'

async function* pieces(next) {
  for (let piece = next(); piece !== undefined; piece = next()) yield piece
}

async function* splitting(chunks) {
  const splitter = new LineSplitter()
  for await (const chunk of chunks) {
    const lines = []
    splitter.split(chunk, (line) => lines.push(line))
    yield* lines
  }
  const lines = []
  splitter.end((line) => lines.push(line))
  yield* lines
}

async function* mapping(messages, work) {
  for await (const message of messages) {
    const result = work(message)
    if (result !== null) yield result
  }
}

export async function jsStage({ next, sink, rounds }) {
  const joiner = new LineJoiner(sink)
  for await (const line of mapping(splitting(pieces(next)), stageOf(rounds))) joiner.add(line)
  joiner.end()
}

async function* single(batches) {
  for await (const batch of batches) for (const message of batch) yield message
}

export async function threeStages({ next, sinkMessages }) {
  const one = mapping(single(pieces(next)), stageOf(0))
  const three = mapping(mapping(one, stageOf(0)), stageOf(0))
  for await (const message of three) sinkMessages([message])
}
