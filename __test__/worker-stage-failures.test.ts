import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, worker, type Running } from '../index.js'
import { entered, left } from './ledger.js'
import { numbers } from './messages.js'
import { refusalOf } from './refusal.js'

const moduleOf = (name: string): URL => new URL(`fixtures/stage-${name}.mjs`, import.meta.url)

function start(name: string, threads: number, options?: unknown): Running {
  return new PipelineBuilder()
    .addStage('before', passthrough())
    .addStage('worker', worker(moduleOf(name), { threads, options }))
    .addStage('after', passthrough())
    .build()
    .start()
}

async function failure(running: Running): Promise<{ error: unknown; delivered: string[] }> {
  running.input.pushBatch(numbers(5000)).catch(() => undefined)
  const delivered: string[] = []
  const error = await refusalOf(async () => {
    for await (const message of running.output) delivered.push(message.toString())
  })
  const { ledger } = running.metrics()
  expect(ledger).toMatchObject({ inFlight: 0, balance: 0 })
  expect(left(ledger)).toBe(entered(ledger))
  return { error, delivered }
}

test.each([1, 2])('a stage that throws in a worker (%i threads) fails at its message', async (threads) => {
  for (const way of ['throws', 'throws what cannot be cloned']) {
    const { error, delivered } = await failure(start('fragile', threads, way))
    expect(error).toMatchObject({ code: 'STAGE_FAILED', stage: 'worker', sequence: 100 })
    const { cause } = error as { cause: Error }
    expect(cause.message).toContain('no such number')
    expect(cause.stack).toContain('stage-fragile.mjs')
    // What other threads had in hand before it may be lost, but nothing leaves out of order.
    expect(delivered).toEqual(numbers(delivered.length))
    expect(delivered.length).toBeLessThanOrEqual(100)
  }
})

test.each([
  ['exits', 'exited with code 3'],
  ['throws elsewhere', 'from a timer'],
  ['rejects elsewhere', 'from a promise'],
])('a worker that %s fails the stage, with the reason', async (way, text) => {
  const running = start('fragile', 2, way)
  const { error, delivered } = await failure(running)
  expect(error).toMatchObject({ code: 'STAGE_FAILED', stage: 'worker' })
  expect((error as { cause: Error }).cause.message).toContain(text)
  expect(delivered).toEqual(numbers(delivered.length))
})

test('a module that cannot be loaded, exports no stage, or cannot start fails the stage, with the reason', async () => {
  const reasons = [
    { running: start('nowhere', 2), text: 'stage-nowhere.mjs' },
    { running: start('none', 1), text: 'Expected the default export of' },
    { running: start('fragile', 2, 'init throws'), text: 'no start' },
  ]
  for (const { running, text } of reasons) {
    const { error } = await failure(running)
    expect(error).toMatchObject({ code: 'STAGE_FAILED', stage: 'worker' })
    expect((error as { cause: Error }).cause.message).toContain(text)
  }
})

test('an abort ends a worker that is busy for ever', async () => {
  const running = new PipelineBuilder()
    .addStage('endless', worker(moduleOf('endless')))
    .build()
    .start()
  await running.input.push('x')
  while (running.metrics().stages[0]!.inHand === 0) await new Promise((resolve) => setImmediate(resolve))
  running.abort('enough')
  await expect(running.wait()).rejects.toMatchObject({ code: 'ABORTED', cause: 'enough' })
  expect(running.metrics().ledger).toMatchObject({ aborted: 1, balance: 0 })
})

test.each([
  [() => worker('./score.js' as unknown as URL), 'url'],
  [() => worker(moduleOf('none'), { threads: 0 }), 'threads'],
  [() => worker(moduleOf('none'), { ordered: 'yes' as unknown as boolean }), 'ordered'],
  [() => worker(moduleOf('none'), { options: () => 1 }), 'structuredClone()'],
])('wrong options are refused: %s', async (attempt, text) => {
  expect(await refusalOf(attempt)).toMatchObject({
    code: 'INVALID_OPTION',
    message: expect.stringContaining(text) as string,
  })
})
