// The ETL in workers as one would write it by hand: the main thread cuts chunks behind their last newline, gives them to
// the workers in turns, and writes the answers in order. What an error or a stopped worker would do is not dealt with.

import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { READ_OPTIONS } from './hand-etl.mjs'

const WORKER = new URL('../workers/lines-of-records.mjs', import.meta.url)

/** Chunks under way for each worker. */
const WINDOW_PER_WORKER = 4

const NEWLINE = 10

/** A worker, which answers in the order it is asked. */
class Lane {
  worker = new Worker(WORKER)
  #waiting = []

  constructor() {
    this.worker.on('message', (answer) => this.#waiting.shift()(answer))
  }

  ask(text) {
    this.worker.postMessage(text, [text.buffer])
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
}

export async function open({ threads }) {
  const lanes = Array.from({ length: threads }, () => new Lane())
  await Promise.all(lanes.map(({ worker }) => once(worker, 'online')))
  return {
    carry: (files) => convert(lanes, files),
    close: () => Promise.all(lanes.map(({ worker }) => worker.terminate())),
  }
}

async function convert(lanes, { input, output }) {
  const file = createWriteStream(output)
  const answers = []
  let held = Buffer.alloc(0)
  let sent = 0
  const ask = (...parts) => answers.push(lanes[sent++ % lanes.length].ask(ownCopy(parts)))
  const writeOldest = async () => {
    if (!file.write(await answers.shift())) await once(file, 'drain')
  }
  for await (const chunk of createReadStream(input, READ_OPTIONS)) {
    const cut = chunk.lastIndexOf(NEWLINE) + 1
    if (answers.length === WINDOW_PER_WORKER * lanes.length) await writeOldest()
    ask(held, chunk.subarray(0, cut))
    held = chunk.subarray(cut)
  }
  ask(held)
  while (answers.length > 0) await writeOldest()
  file.end()
  await once(file, 'close')
}

/** In memory that can change hands. */
function ownCopy(parts) {
  const length = parts.reduce((total, part) => total + part.length, 0)
  const copy = Buffer.allocUnsafeSlow(length)
  let end = 0
  for (const part of parts) end += part.copy(copy, end)
  return copy
}
