// What all contenders of the ETL do with a record of a log: leave most fields out, and records that are of no interest.
// The file of 165-byte lines they read is written here too.

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { generator } from './payload.mjs'

/** A line with its newline. */
const LINE_BYTES = 165

const METHODS = ['GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE']
const HOSTS = ['eu-1.example.org', 'eu-2.example.org', 'us-1.example.org']

/** Requests that were quicker are left out: about one in four. */
const INTERESTING_MS = 250

/** The new record, or `undefined` for one that is left out. */
export function reshape(record) {
  if (record.ms < INTERESTING_MS) return undefined
  const { time, user, method, path, status, ms } = record
  return { time, user, request: `${method} ${path}`, failed: status >= 500, seconds: ms / 1000 }
}

/** Text of a record, padded to the length that all lines have. */
function lineOf(next, index) {
  const record = {
    time: new Date(1_800_000_000_000 + index * 7).toISOString(),
    host: HOSTS[next() % HOSTS.length],
    user: `u${next() % 100_000}`,
    method: METHODS[next() % METHODS.length],
    path: `/items/${next() % 1_000_000}`,
    status: next() % 20 === 0 ? 503 : 200,
    ms: next() % 1000,
    trace: '',
  }
  const missing = LINE_BYTES - 1 - JSON.stringify(record).length
  record.trace = next().toString(16).padStart(missing, '0').slice(0, missing)
  return JSON.stringify(record) + '\n'
}

/** Writes a file of `lines` lines, always the same. */
export async function writeLog(path, lines) {
  const next = generator(4)
  const file = createWriteStream(path)
  for (let index = 0; index < lines;) {
    let text = ''
    for (let end = Math.min(lines, index + 4096); index < end; index++) text += lineOf(next, index)
    if (!file.write(text)) await once(file, 'drain')
  }
  file.end()
  await once(file, 'close')
}
