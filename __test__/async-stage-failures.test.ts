import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { bytes, json, PipelineBuilder, utf8 } from '../index.js'
import { numbers } from './messages.js'
import { refusalOf } from './refusal.js'

async function delivered(builder: PipelineBuilder, count: number): Promise<[string[], unknown]> {
  const running = builder.build().start()
  running.input.pushBatch(numbers(count)).then(
    () => running.input.close(),
    () => undefined,
  )
  const seen: string[] = []
  const error = await refusalOf(async () => {
    for await (const message of running.output) seen.push(message.toString())
  })
  expect(running.metrics().ledger).toMatchObject({ failed: 1, balance: 0 })
  return [seen, error]
}

test.each([
  ['rejects', async () => Promise.reject(new RangeError('no'))],
  [
    'throws before it awaits',
    (): Promise<never> => {
      throw new RangeError('no')
    },
  ],
])('a call that %s fails the stage at its message, when those before it have left', async (_how, fail) => {
  const work = async (text: string): Promise<string> => {
    if (text === '20') return fail()
    // Those before it are done later.
    await sleep(Number(text) < 20 ? 5 : 0)
    return text
  }
  const [seen, error] = await delivered(new PipelineBuilder().addStage('fragile', utf8(work, { concurrency: 8 })), 100)
  expect(seen).toEqual(numbers(20))
  expect(error).toMatchObject({ code: 'STAGE_FAILED', stage: 'fragile', sequence: 20, cause: new RangeError('no') })
  expect((error as { cause: Error }).cause.stack).toContain('async-stage-failures.test.ts')
})

test('a promise that does not settle in time fails the stage at its message, with a TimeoutError', async () => {
  const work = async (value: number): Promise<number> =>
    value === 7 ? new Promise(() => undefined) : Promise.resolve(value)
  const [seen, error] = await delivered(
    new PipelineBuilder().addStage('stuck', json(work, { concurrency: 4, timeoutMs: 30 })),
    50,
  )
  expect(seen).toEqual(numbers(7))
  expect(error).toMatchObject({ code: 'STAGE_FAILED', stage: 'stuck', sequence: 7 })
  expect((error as { cause: DOMException }).cause.name).toBe('TimeoutError')
})

// Beyond 2^31 ms setTimeout() warns, and calls back at once.
test.each([5000, 2 ** 40, Infinity])('calls that are quicker than %d ms do not time out', async (timeoutMs) => {
  const warnings: Error[] = []
  const onWarning = (warning: Error): void => void warnings.push(warning)
  process.on('warning', onWarning)
  const running = new PipelineBuilder()
    .addStage(
      'quick',
      bytes(async (message) => sleep(1, message), { concurrency: 50, timeoutMs }),
    )
    .build()
    .start()
  await running.input.pushBatch(numbers(500))
  expect((await running.wait()).ledger.delivered).toBe(500)
  process.off('warning', onWarning)
  expect(warnings).toEqual([])
})

test.each([
  [{ concurrency: 0 }, 'concurrency'],
  [{ concurrency: 1.5 }, 'concurrency'],
  [{ concurrency: 100_000 }, 'concurrency'],
  [{ concurrency: 1, timeoutMs: -1 }, 'timeoutMs'],
  [{ concurrency: 1, ordered: 1 as unknown as boolean }, 'ordered'],
  [{ timeoutMs: 5 } as unknown as { concurrency: number }, 'concurrency'],
])('options %o are refused', async (options, name) => {
  const error = await refusalOf(() => bytes(async (message) => Promise.resolve(message), options))
  expect(error).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining(name) as string })
})

test('an async function without concurrency fails the stage, and is told how it is given', async () => {
  const work = (async (message: Buffer) => Promise.resolve(message)) as unknown as () => null
  const running = new PipelineBuilder().addStage('async', work).build().start()
  await running.input.push('x')
  await expect(running.wait()).rejects.toThrow('bytes(work, { concurrency: 8 })')
})
