// Web streams, a message at a time.

import { ReadableStream, TransformStream, WritableStream } from 'node:stream/web'
import { LineJoiner, LineSplitter } from '../lines.mjs'
import { stageOf } from '../work.mjs'

function mapping(work) {
  return new TransformStream({
    transform(message, controller) {
      const result = work(message)
      if (result !== null) controller.enqueue(result)
    },
  })
}

function splitting() {
  const splitter = new LineSplitter()
  return new TransformStream({
    transform(chunk, controller) {
      splitter.split(chunk, (line) => controller.enqueue(line))
    },
    flush(controller) {
      splitter.end((line) => controller.enqueue(line))
    },
  })
}

function joining() {
  let joiner
  return new TransformStream({
    start(controller) {
      joiner = new LineJoiner((chunk) => controller.enqueue(chunk))
    },
    transform(line) {
      joiner.add(line)
    },
    flush() {
      joiner.end()
    },
  })
}

export async function jsStage({ next, sink, rounds }) {
  const source = new ReadableStream({
    pull(controller) {
      const chunk = next()
      if (chunk === undefined) controller.close()
      else controller.enqueue(chunk)
    },
  })
  await source
    .pipeThrough(splitting())
    .pipeThrough(mapping(stageOf(rounds)))
    .pipeThrough(joining())
    .pipeTo(new WritableStream({ write: sink }))
}

export async function threeStages({ next, sinkMessages }) {
  const source = new ReadableStream({
    pull(controller) {
      const batch = next()
      if (batch === undefined) controller.close()
      else for (const message of batch) controller.enqueue(message)
    },
  })
  await source
    .pipeThrough(mapping(stageOf(0)))
    .pipeThrough(mapping(stageOf(0)))
    .pipeThrough(mapping(stageOf(0)))
    .pipeTo(new WritableStream({ write: (message) => sinkMessages([message]) }))
}
