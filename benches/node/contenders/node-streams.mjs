// Streams of Node.js in object mode, a message at a time.

import { Readable, Transform, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createGzip } from 'node:zlib'
import { LineJoiner, LineSplitter } from '../lines.mjs'
import { stageOf } from '../work.mjs'

export function chunkSource(next) {
  return new Readable({
    read() {
      this.push(next() ?? null)
    },
  })
}

export function chunkSink(sink) {
  return new Writable({
    write(chunk, _encoding, done) {
      sink(chunk)
      done()
    },
  })
}

function splitting() {
  const splitter = new LineSplitter()
  return new Transform({
    readableObjectMode: true,
    transform(chunk, _encoding, done) {
      splitter.split(chunk, (line) => this.push(line))
      done()
    },
    flush(done) {
      splitter.end((line) => this.push(line))
      done()
    },
  })
}

function mapping(work) {
  return new Transform({
    objectMode: true,
    transform(message, _encoding, done) {
      const result = work(message)
      if (result === null) done()
      else done(null, result)
    },
  })
}

function joining() {
  let joiner
  return new Transform({
    writableObjectMode: true,
    construct(done) {
      joiner = new LineJoiner((chunk) => this.push(chunk))
      done()
    },
    transform(line, _encoding, done) {
      joiner.add(line)
      done()
    },
    flush(done) {
      joiner.end()
      done()
    },
  })
}

export async function jsStage({ next, sink, rounds }) {
  await pipeline(chunkSource(next), splitting(), mapping(stageOf(rounds)), joining(), chunkSink(sink))
}

/** Gives single messages out of batches, as many as are wanted. */
function messageSource(next) {
  let batch = []
  let position = 0
  return new Readable({
    objectMode: true,
    read() {
      do {
        if (position === batch.length) {
          batch = next()
          position = 0
          if (batch === undefined) {
            this.push(null)
            return
          }
        }
      } while (this.push(batch[position++]))
    },
  })
}

export async function threeStages({ next, sinkMessages }) {
  const sink = new Writable({
    objectMode: true,
    write(message, _encoding, done) {
      sinkMessages([message])
      done()
    },
  })
  const stages = [0, 0, 0].map((rounds) => mapping(stageOf(rounds)))
  await pipeline(messageSource(next), ...stages, sink)
}

/** The line loop on the main thread, the compression in libuv's threads. */
export async function nativeStages({ next, sink, pattern }) {
  const expression = new RegExp(pattern)
  const splitter = new LineSplitter()
  const filtering = new Transform({
    transform(chunk, _encoding, done) {
      const joiner = new LineJoiner((bytes) => this.push(bytes))
      splitter.split(chunk, (line) => {
        if (expression.test(line.latin1Slice())) joiner.add(line)
      })
      joiner.end()
      done()
    },
  })
  const gzip = createGzip({ level: constants.Z_DEFAULT_COMPRESSION, chunkSize: 65536 })
  await pipeline(chunkSource(next), filtering, gzip, chunkSink(sink))
}
