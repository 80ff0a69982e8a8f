// streamx, a message at a time.

import { pipelinePromise, Readable, Transform, Writable } from 'streamx'
import { LineJoiner, LineSplitter } from '../lines.mjs'
import { stageOf } from '../work.mjs'

function mapping(work) {
  return new Transform({
    transform(message, done) {
      const result = work(message)
      if (result === null) done(null)
      else done(null, result)
    },
  })
}

function splitting() {
  const splitter = new LineSplitter()
  return new Transform({
    transform(chunk, done) {
      splitter.split(chunk, (line) => this.push(line))
      done(null)
    },
    flush(done) {
      splitter.end((line) => this.push(line))
      done(null)
    },
  })
}

function joining() {
  let joiner
  return new Transform({
    open(done) {
      joiner = new LineJoiner((chunk) => this.push(chunk))
      done(null)
    },
    transform(line, done) {
      joiner.add(line)
      done(null)
    },
    flush(done) {
      joiner.end()
      done(null)
    },
  })
}

function sinking(each) {
  return new Writable({
    write(data, done) {
      each(data)
      done(null)
    },
  })
}

export async function jsStage({ next, sink, rounds }) {
  const source = new Readable({
    read(done) {
      this.push(next() ?? null)
      done(null)
    },
  })
  await pipelinePromise(source, splitting(), mapping(stageOf(rounds)), joining(), sinking(sink))
}

export async function threeStages({ next, sinkMessages }) {
  let batch = []
  let position = 0
  const source = new Readable({
    read(done) {
      do {
        if (position === batch.length) {
          batch = next()
          position = 0
          if (batch === undefined) {
            this.push(null)
            break
          }
        }
      } while (this.push(batch[position++]))
      done(null)
    },
  })
  const stages = [0, 0, 0].map((rounds) => mapping(stageOf(rounds)))
  await pipelinePromise(
    source,
    ...stages,
    sinking((message) => sinkMessages([message])),
  )
}
