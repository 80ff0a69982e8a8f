// Streams of Node.js in object mode whose objects are arrays of messages.

import { Readable, Transform, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { LineJoiner, LineSplitter } from '../lines.mjs'
import { stageOf } from '../work.mjs'
import { chunkSink, chunkSource } from './node-streams.mjs'

function splitting() {
  const splitter = new LineSplitter()
  return new Transform({
    readableObjectMode: true,
    transform(chunk, _encoding, done) {
      const lines = []
      splitter.split(chunk, (line) => lines.push(line))
      done(null, lines)
    },
    flush(done) {
      const lines = []
      splitter.end((line) => lines.push(line))
      done(null, lines)
    },
  })
}

function mapping(work) {
  return new Transform({
    objectMode: true,
    transform(messages, _encoding, done) {
      const results = []
      for (const message of messages) {
        const result = work(message)
        if (result !== null) results.push(result)
      }
      done(null, results)
    },
  })
}

function joining() {
  return new Transform({
    writableObjectMode: true,
    transform(lines, _encoding, done) {
      const joiner = new LineJoiner((chunk) => this.push(chunk))
      for (const line of lines) joiner.add(line)
      joiner.end()
      done()
    },
  })
}

export async function jsStage({ next, sink, rounds }) {
  await pipeline(chunkSource(next), splitting(), mapping(stageOf(rounds)), joining(), chunkSink(sink))
}

export async function threeStages({ next, sinkMessages }) {
  const source = new Readable({
    objectMode: true,
    read() {
      this.push(next() ?? null)
    },
  })
  const sink = new Writable({
    objectMode: true,
    write(messages, _encoding, done) {
      sinkMessages(messages)
      done()
    },
  })
  const stages = [0, 0, 0].map((rounds) => mapping(stageOf(rounds)))
  await pipeline(source, ...stages, sink)
}
