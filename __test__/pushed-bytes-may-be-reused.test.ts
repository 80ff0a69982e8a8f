import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type Running } from '../index.js'

const SIZES = [1, 7, 64, 1000, 4095, 4096, 4097, 20_000, 140_000, 300_000]

const start = (): Running =>
  new PipelineBuilder()
    .addStage('stage', passthrough(), { capacity: 4 })
    .withOutputEdge({ capacity: 4 })
    .build()
    .start()

/** Everything that comes out, checked to be `count` times SIZES, filled with 1, 2, 3 and so on; slowly, so pushes wait. */
async function check(running: Running, count: number): Promise<void> {
  let n = 0
  for await (const message of running.output) {
    await new Promise(setImmediate)
    const fill = (n % 250) + 1
    expect(message.length).toBe(SIZES[n % SIZES.length])
    expect(message.equals(Buffer.alloc(message.length, fill)), `message ${n} was changed`).toBe(true)
    n++
  }
  expect(n).toBe(count * SIZES.length)
}

type Memory = [what: string, make: (bytes: number) => Uint8Array]

const MEMORIES: Memory[] = [
  ['a Buffer', (bytes) => Buffer.alloc(bytes)],
  ['a view of a larger ArrayBuffer', (bytes) => new Uint8Array(new ArrayBuffer(bytes + 100), 50, bytes)],
  ['a view of a SharedArrayBuffer', (bytes) => new Uint8Array(new SharedArrayBuffer(bytes))],
]

type Push = (running: Running, message: Uint8Array) => Promise<void>

const PUSHES: [what: string, push: Push][] = [
  ['push()', (running, message) => running.input.push(message)],
  ['push() with a signal', (running, message) => running.input.push(message, { signal: new AbortController().signal })],
  ['pushBatch()', (running, message) => running.input.pushBatch([message])],
  [
    'tryPush()',
    async (running, message) => {
      while (!running.input.tryPush(message)) await new Promise(setImmediate)
    },
  ],
]

test.each(PUSHES.flatMap(([how, push]) => MEMORIES.map(([what, make]) => [how, what, push, make] as const)))(
  '%s has settled: %s may be changed',
  async (_how, _what, push, make) => {
    const running = start()
    const checked = check(running, 4)
    const memory = make(Math.max(...SIZES))
    for (let n = 0; n < 4 * SIZES.length; n++) {
      const message = memory.subarray(0, SIZES[n % SIZES.length])
      message.fill((n % 250) + 1)
      await push(running, message)
      memory.fill(255)
    }
    running.input.close()
    await checked
  },
)

test('many pushes that wait together: each may be changed when its own has settled', async () => {
  const running = start()
  const checked = check(running, 30)
  const pushes = Array.from({ length: 30 * SIZES.length }, async (_, n) => {
    const message = Buffer.alloc(SIZES[n % SIZES.length]!, (n % 250) + 1)
    await running.input.push(message)
    message.fill(255)
  })
  await Promise.all(pushes)
  running.input.close()
  await checked
})
