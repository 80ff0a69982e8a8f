// The harness of all tasks in which a contender carries something from a source to a sink: chunks of lines, or batches of
// messages.
//
// A contender gets `next()`, which gives the next of them until the time is up, and `sink(bytes)` or
// `sinkMessages(messages)`; its promise resolves when all has arrived. First a fixed number is carried, and what arrives
// is hashed: the digests of all contenders are compared. That, and a short spell without hashing, is the warm-up.
//
// One that takes no pieces from here says itself how many `messages` and `bytes` it has carried: in `spellMs`, or of
// `pieces`, each once, where there is no such time.

import { createHash } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { meter } from '../meter.mjs'
import { batchesOfMessages, chunksOfLines, MESSAGE_BYTES } from '../payload.mjs'

const WARM_UP_MS = 300

/** What the warm-up leaves behind is not the spell's to clear away. */
const REST_MS = 20

const SOURCES = { chunks: chunksOfLines, batches: batchesOfMessages }

export async function measure(carry, { settings, spellMs }) {
  const pieces = SOURCES[settings.source]()
  const checked = pieces.slice(0, settings.checkedPieces ?? pieces.length)
  const digest = await check(carry, checked, settings)

  const spell = async (ms) => {
    const counted = counting()
    const { next, messages } = source(pieces, during(ms))
    const said = await carry({ ...settings, ...counted.sinks, next, pieces, spellMs: ms })
    return said ?? { messages: messages(), bytes: counted.bytes() }
  }
  await spell(WARM_UP_MS)
  await sleep(REST_MS)
  const stop = await meter({ delay: settings.delay })
  const { messages, bytes } = await spell(spellMs)
  const sample = await stop(messages)
  if (settings.sameBytes && bytes !== messages * MESSAGE_BYTES) {
    throw new Error(`${bytes} bytes of ${messages} messages arrived`)
  }
  return { ...sample, digest }
}

/** The pieces, round and round, while there is to be `more`. */
function source(pieces, more) {
  let given = 0
  let messages = 0
  const next = () => {
    if (!more(given)) return undefined
    const piece = pieces[given++ % pieces.length]
    messages += Array.isArray(piece) ? piece.length : piece.length / MESSAGE_BYTES
    return piece
  }
  return { next, messages: () => messages }
}

function during(ms) {
  const endMs = performance.now() + ms
  return () => performance.now() < endMs
}

/** The digest of what comes out of each piece carried once; of a gzip stream, of what is packed in it. */
async function check(carry, pieces, settings) {
  const { next } = source(pieces, (given) => given < pieces.length)
  const hash = createHash('sha256')
  const packed = []
  const sink = settings.gzip ? (bytes) => packed.push(bytes) : (bytes) => hash.update(bytes)
  await carry({ ...settings, next, pieces, sink, sinkMessages: (messages) => messages.forEach(sink) })
  if (settings.gzip) hash.update(gunzipSync(Buffer.concat(packed)))
  return hash.digest('hex').slice(0, 16)
}

/** Sinks that only count bytes. */
function counting() {
  let bytes = 0
  return {
    bytes: () => bytes,
    sinks: {
      sink: (chunk) => {
        bytes += chunk.length
      },
      sinkMessages: (messages) => {
        for (let index = 0; index < messages.length; index++) bytes += messages[index].length
      },
    },
  }
}
