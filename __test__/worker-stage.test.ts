import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, worker } from '../index.js'
import { numbers, through } from './messages.js'

const moduleOf = (name: string): URL => new URL(`fixtures/stage-${name}.mjs`, import.meta.url)

const MESSAGES = 20_000

test.each([1, 3])('%i worker threads serve one stage, in order', async (threads) => {
  const running = new PipelineBuilder()
    .addStage('before', passthrough())
    .addStage('marked', worker(moduleOf('marked'), { threads }), { capacity: 1024 })
    .addStage('after', passthrough())
    .build()
    .start()
  const outputs = (await through(running, numbers(MESSAGES))).map((text) => text.split(' '))
  expect(outputs.map(([number]) => number)).toEqual(numbers(MESSAGES))
  const workers = new Set(outputs.map(([, thread]) => thread))
  expect(workers.size).toBeGreaterThanOrEqual(1)
  expect(workers.size).toBeLessThanOrEqual(threads)
  const { ledger, stages } = await running.wait()
  expect(ledger).toMatchObject({ accepted: MESSAGES, delivered: MESSAGES, balance: 0 })
  expect(stages[1]).toMatchObject({ received: MESSAGES, emitted: MESSAGES, state: 'ended' })
})

test('unordered, every message is there once', async () => {
  const running = new PipelineBuilder()
    .addStage('marked', worker(moduleOf('marked'), { threads: 3, ordered: false }))
    .build()
    .start()
  const outputs = await through(running, numbers(MESSAGES))
  const seen = outputs.map((text) => Number(text.split(' ')[0]))
  expect(seen.toSorted((a, b) => a - b)).toEqual(numbers(MESSAGES).map(Number))
})

test('init() is called once in each thread, with the options, and awaited', async () => {
  const running = new PipelineBuilder()
    .addStage('initialised', worker(moduleOf('initialised'), { threads: 2, options: { prefix: new Set(['a']) } }))
    .build()
    .start()
  expect(await through(running, numbers(3))).toEqual(numbers(3).map((text) => `[object Set]${text} 1`))
})

test('an async stage in a worker keeps the order too', async () => {
  const running = new PipelineBuilder()
    .addStage('async', worker(moduleOf('async'), { threads: 2 }))
    .build()
    .start()
  const outputs = await through(running, numbers(2000))
  expect(outputs).toEqual(numbers(2000).map((text) => String(2 * Number(text))))
})

test('several pipelines have workers at the same time', async () => {
  const runs = Array.from({ length: 3 }, () =>
    new PipelineBuilder()
      .addStage('marked', worker(moduleOf('marked'), { threads: 2 }))
      .build()
      .start(),
  )
  const outputs = await Promise.all(runs.map((running) => through(running, numbers(1000))))
  for (const each of outputs) expect(each.map((text) => text.split(' ')[0])).toEqual(numbers(1000))
})
