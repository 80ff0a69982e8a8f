import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder } from '../index.js'

const MESSAGES = 1_000_000
const MESSAGE_BYTES = 64

/** FNV-1a over the number each message carries: any loss, change of order or repetition changes it. */
function checksum(sum: number, number: number): number {
  return Math.imul(sum ^ number, 0x01000193) >>> 0
}

function* numbered(): Generator<Buffer> {
  for (let number = 0; number < MESSAGES; number++) {
    const message = Buffer.alloc(MESSAGE_BYTES)
    message.writeUInt32LE(number)
    yield message
  }
}

test('1,000,000 messages go native, JavaScript, native: each once, in order, in bounded memory', async () => {
  let expected = 0x811c9dc5
  for (let number = 0; number < MESSAGES; number++) expected = checksum(expected, number)

  const running = new PipelineBuilder()
    .addStage('before', passthrough())
    .addStage('javascript', (message) => message)
    .addStage('after', passthrough())
    .build()
    .start()
  const rssBefore = process.memoryUsage.rss()
  const pushed = running.input.pushFrom(numbered()).then((count) => {
    running.input.close()
    return count
  })
  let sum = 0x811c9dc5
  let count = 0
  let highestRss = rssBefore
  for await (const batch of running.output.batches()) {
    for (const message of batch) {
      if (message.length !== MESSAGE_BYTES) throw new Error(`a message of ${message.length} bytes`)
      sum = checksum(sum, message.readUInt32LE())
    }
    count += batch.length
    highestRss = Math.max(highestRss, process.memoryUsage.rss())
  }

  expect(await pushed).toBe(MESSAGES)
  expect(count).toBe(MESSAGES)
  expect(sum).toBe(expected)
  const { ledger } = await running.wait()
  const nothingElse = Object.fromEntries(Object.keys(ledger).map((name) => [name, 0]))
  expect(ledger).toEqual({ ...nothingElse, accepted: MESSAGES, delivered: MESSAGES })
  // Rings and regions hold some MiB; the rest is how much garbage Node lets lie. The messages alone are 61 MiB.
  expect((highestRss - rssBefore) / 2 ** 20).toBeLessThan(160)
})
