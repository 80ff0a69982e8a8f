import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { bytes, json, passthrough, PipelineBuilder, utf8 } from '../index.js'
import { numbers, texts, through } from './messages.js'

test.each([1, 3, 100])('at most %i calls are open at once, and results leave in order', async (concurrency) => {
  let open = 0
  let most = 0
  const running = new PipelineBuilder()
    .addStage(
      'slow',
      utf8(
        async (text) => {
          open++
          most = Math.max(most, open)
          // Later messages are often done before earlier ones.
          for (let n = Number(text) % 7; n > 0; n--) await setImmediate()
          open--
          return `${text}!`
        },
        { concurrency },
      ),
    )
    .addStage('after', passthrough())
    .build()
    .start()
  expect(await through(running, numbers(1000))).toEqual(numbers(1000).map((text) => `${text}!`))
  expect(most).toBeLessThanOrEqual(concurrency)
  expect(most).toBeGreaterThan(concurrency / 2)
  const { ledger } = await running.wait()
  expect(ledger).toMatchObject({ accepted: 1000, delivered: 1000, balance: 0 })
})

test('unordered, results leave as they are done: one that takes for ever holds nobody up', async () => {
  const gate = withResolvers()
  const running = new PipelineBuilder()
    .addStage(
      'gated',
      json(
        async (value: number) => {
          if (value === 0) await gate.promise
          return value
        },
        { concurrency: 4, ordered: false },
      ),
    )
    .build()
    .start()
  const seen: number[] = []
  await running.input.pushBatch(numbers(500))
  running.input.close()
  for await (const message of running.output) {
    seen.push(Number(message.toString()))
    if (seen.length === 499) gate.resolve()
  }
  expect(seen.at(-1)).toBe(0)
  expect(seen.toSorted((a, b) => a - b)).toEqual(numbers(500).map(Number))
})

test('a message may have none, or several outputs', async () => {
  const running = new PipelineBuilder()
    .addStage(
      'some',
      bytes(async (message) => Promise.resolve(Array<Buffer>(Number(message.toString())).fill(message)), {
        concurrency: 2,
      }),
    )
    .build()
    .start()
  expect(await through(running, numbers(4))).toEqual(['1', '2', '2', '3', '3', '3'])
})

test('a stage that resolves at once leaves the event loop free', async () => {
  const running = new PipelineBuilder()
    .addStage(
      'quick',
      bytes(async (message) => Promise.resolve(message), { concurrency: 16 }),
    )
    .build()
    .start()
  let ticks = 0
  const ticking = setInterval(() => ticks++, 1)
  const outputs = await through(running, numbers(100_000))
  clearInterval(ticking)
  expect(outputs).toHaveLength(100_000)
  expect(ticks).toBeGreaterThan(2)
})

test('what is in hand when the pipeline is aborted is counted, and the calls are told', async () => {
  const reasons: boolean[] = []
  const running = new PipelineBuilder()
    .addStage(
      'stuck',
      bytes(
        async (_message, { signal }) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              reasons.push(signal.aborted)
              resolve(null)
            })
          }),
        { concurrency: 3 },
      ),
    )
    .build()
    .start()
  const outputs = texts(running.output).catch(() => [])
  await running.input.pushBatch(numbers(10))
  while (running.metrics().stages[0]!.inHand < 3) await setImmediate()
  running.abort('enough')
  await expect(running.wait()).rejects.toMatchObject({ code: 'ABORTED', cause: 'enough' })
  await outputs
  expect(reasons).toEqual([true, true, true])
  expect(running.metrics().ledger).toMatchObject({ aborted: 10, balance: 0 })
})

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void
  const promise = new Promise<void>((settle) => (resolve = settle))
  return { promise, resolve }
}
