// Works on chunks of whole lines for the hand-made ETL in workers; text comes and goes in memory that changes hands.

import { TextEncoder } from 'node:util'
import { parentPort } from 'node:worker_threads'
import { reshape } from '../records.mjs'

parentPort.on('message', (chunk) => {
  let out = ''
  for (const text of Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString().split('\n')) {
    if (text === '') continue
    const record = reshape(JSON.parse(text))
    if (record !== undefined) out += JSON.stringify(record) + '\n'
  }
  // An encoder's memory is its own, so it can change hands.
  const bytes = new TextEncoder().encode(out)
  parentPort.postMessage(bytes, [bytes.buffer])
})
