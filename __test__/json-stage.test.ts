import { expect, test } from 'vitest'
import { json, lines, passthrough, PipelineBuilder } from '../index.js'
import { numbers, through } from './messages.js'

interface Entry {
  readonly level: string
  readonly text: string
}

test('a JSON stage is called with values and gives values; null and undefined are no output', async () => {
  const running = new PipelineBuilder()
    .addStage('lines', lines())
    .addStage(
      'errors',
      json((entry: Entry) =>
        entry.level === 'error' ? { text: entry.text } : entry.level === 'info' ? null : undefined,
      ),
    )
    .addStage('handed on', passthrough())
    .addStage(
      'loud',
      json(({ text }: { text: string }) => text.toUpperCase()),
    )
    .build()
    .start()
  const documents = [
    '{"level":"info","text":"a"}',
    '{"level":"error","text":"grün"}',
    ' { "level" : "debug" } ',
    '{"level":"error","text":"\\u2028"}',
  ]
  expect(await through(running, [documents.join('\n')])).toEqual(['"GRÜN"', '"\u2028"'])
  const { ledger } = await running.wait()
  expect(ledger).toMatchObject({ absorbed: 2, delivered: 2, balance: 0 })
})

test('an array is one value; an iterator gives several', async () => {
  const running = new PipelineBuilder()
    .addStage(
      'several',
      json(function* (count: number) {
        for (let n = 0; n < count; n++) yield [n]
      }),
    )
    .addStage(
      'array',
      json((value) => [value, true]),
    )
    .build()
    .start()
  expect(await through(running, ['2', '0', '1'])).toEqual(['[[0],true]', '[[1],true]', '[[0],true]'])
})

test.each([1, 255, 256, 257, 20_000])('%i documents: each value once, in order', async (count) => {
  const running = new PipelineBuilder()
    .addStage(
      'double',
      json((value: number) => 2 * value),
    )
    .build()
    .start()
  const outputs = await through(running, numbers(count))
  expect(outputs.map(Number)).toEqual(numbers(count).map((text) => 2 * Number(text)))
})

test.each([
  ['a function', () => () => 1, 'TypeError: Expected each output to be a value that JSON has but received a function'],
  ['a promise', () => Promise.resolve(1), 'json(work, { concurrency: 8 })'],
  ['a bigint', () => 1n, 'TypeError: '],
])('%s as a result fails the stage, and says so', async (_what, work, text) => {
  const running = new PipelineBuilder().addStage('odd', json<unknown, unknown>(work)).build().start()
  await running.input.push('1')
  await expect(running.wait()).rejects.toMatchObject({
    code: 'STAGE_FAILED',
    stage: 'odd',
    sequence: 0,
    message: expect.stringContaining(text) as string,
  })
})

test('a document as long as a message may be is read and written', async () => {
  const text = 'x'.repeat(2_000_000)
  const running = new PipelineBuilder()
    .addStage(
      'same',
      json((value) => value),
    )
    .withMaxMessageBytes(2_000_002)
    .build()
    .start()
  const outputs = await through(running, [JSON.stringify(text), '1', JSON.stringify(text)])
  expect(outputs.map((output) => output.length)).toEqual([2_000_002, 1, 2_000_002])
})
