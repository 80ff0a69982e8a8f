// What messages are made of: bytes from a generator with a fixed seed, so all contenders carry the same ones.

/** Bytes of a message; as a line, one of them is the newline. */
export const MESSAGE_BYTES = 64

/** Lines in a chunk: 64 KiB, as a file gives them. */
const LINES_PER_CHUNK = 1024

/** Different chunks: 1 MiB, about what a core keeps in its own caches, where a chunk is that was just read. */
const CHUNKS = 16

/** Chunks' worth of different messages in memory of their own, of which each has an object or three beside its bytes. */
const CHUNKS_OF_MESSAGES = 4

/** Messages in a batch. */
const BATCH = 256

const PRINTABLE = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .'

/** Numbers from 0 to 2^32 - 1, the same for the same seed (xorshift). */
export function generator(seed) {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}

/** Chunks of whole lines of 63 bytes and a newline. */
export function chunksOfLines() {
  const next = generator(20261123)
  return Array.from({ length: CHUNKS }, () => {
    const chunk = Buffer.allocUnsafeSlow(LINES_PER_CHUNK * MESSAGE_BYTES)
    for (let index = 0; index < chunk.length; index++) {
      const last = index % MESSAGE_BYTES === MESSAGE_BYTES - 1
      chunk[index] = last ? 10 : PRINTABLE.charCodeAt(next() % PRINTABLE.length)
    }
    return chunk
  })
}

/** Batches of messages. Each message has memory of its own: what structured clone copies is the whole of it. */
export function batchesOfMessages() {
  const chunks = chunksOfLines().slice(0, CHUNKS_OF_MESSAGES)
  return chunks.flatMap((chunk) =>
    Array.from({ length: LINES_PER_CHUNK / BATCH }, (_, batch) =>
      Array.from({ length: BATCH }, (_, index) => {
        const message = Buffer.allocUnsafeSlow(MESSAGE_BYTES)
        chunk.copy(message, 0, (batch * BATCH + index) * MESSAGE_BYTES)
        return message
      }),
    ),
  )
}
