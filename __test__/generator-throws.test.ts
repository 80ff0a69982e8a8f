import { expect, test } from 'vitest'
import { PipelineBuilder, type Running } from '../index.js'
import { refusalOf } from './refusal.js'

async function delivered(running: Running): Promise<string[]> {
  const messages: string[] = []
  await refusalOf(async () => {
    for await (const message of running.output) messages.push(message.toString())
  })
  return messages
}

test.each([
  ['the first', 1],
  ['many', 10_000],
])(
  'a generator that throws after %s of its outputs: they are delivered, then the error comes',
  async (_which, count) => {
    const thrown = new Error('no more')
    const running = new PipelineBuilder()
      .addStage('stage', function* (message) {
        for (let n = 0; n < count; n++) yield message
        if (message.toString() === 'bad') throw thrown
      })
      .build()
      .start()
    await running.input.pushBatch(['good', 'bad', 'never'])
    const outputs = await delivered(running)
    expect(outputs).toEqual([...Array<string>(count).fill('good'), ...Array<string>(count).fill('bad')])
    const error = await refusalOf(running.wait())
    expect(error).toMatchObject({ code: 'STAGE_FAILED', stage: 'stage', sequence: 1 })
    expect(error.cause).toBe(thrown)
    expect(running.metrics().ledger).toMatchObject({ delivered: 2 * count, failed: 1, aborted: 1, balance: 0 })
  },
)

test('a generator whose output is refused, or that is aborted, runs its finally', async () => {
  const ended: string[] = []
  const start = (wrong: boolean): Running =>
    new PipelineBuilder()
      .addStage('stage', function* (message) {
        try {
          for (;;) yield wrong ? (42 as never) : message
        } finally {
          ended.push(wrong ? 'refused' : 'aborted')
        }
      })
      .build()
      .start()
  const refused = start(true)
  await refused.input.push('x')
  await refusalOf(refused.wait())

  const aborted = start(false)
  await aborted.input.push('x')
  await aborted.output.batches().next()
  aborted.abort()
  await refusalOf(aborted.wait())
  expect(ended).toEqual(['refused', 'aborted'])
})

test('an iterable that cannot be iterated fails the stage', async () => {
  const thrown = new Error('no iterator')
  const running = new PipelineBuilder()
    .addStage('stage', () => ({
      [Symbol.iterator]: () => {
        throw thrown
      },
    }))
    .build()
    .start()
  await running.input.push('x')
  expect((await refusalOf(running.wait())).cause).toBe(thrown)
})
