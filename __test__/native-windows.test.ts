import { expect, expectTypeOf, test } from 'vitest'
import { json, lines, PipelineBuilder, slidingWindow, tumblingWindow } from '../index.js'
import type { Json, NativeStage, WindowResult } from '../index.js'
import { through } from './messages.js'
import { refusalOf } from './refusal.js'

const requests = [
  { at: '2026-01-31T12:00:00Z', host: 'a', ms: 10, bytes: 1 },
  { at: '2026-01-31T12:00:00.9Z', host: 'a', ms: 30, bytes: 2 },
  { at: '2026-01-31T12:00:00.1Z', host: 'b', bytes: 4 },
  { at: '2026-01-31T12:00:01Z', host: 'a', ms: 50, bytes: null },
]
const start = Date.parse('2026-01-31T12:00:00Z')

async function results(stage: NativeStage<Buffer, Json<unknown>>): Promise<unknown[]> {
  const running = new PipelineBuilder().addStage('lines', lines()).addStage('window', stage).build().start()
  const documents = await through(running, [requests.map((request) => JSON.stringify(request)).join('\n')])
  return documents.map((document) => JSON.parse(document) as unknown)
}

test('tumblingWindow: one document for each window and key, with every aggregate', async () => {
  const stage = tumblingWindow({
    sizeMs: 1000,
    time: '/at',
    key: '/host',
    aggregates: {
      requests: 'count',
      total: { sum: '/bytes' },
      fastest: { min: '/ms' },
      slowest: { max: '/ms' },
      usual: { mean: '/ms' },
      p0: { quantile: 0, of: '/ms' },
    },
  })
  const none = { fastest: null, slowest: null, usual: null, p0: null }
  const window = { windowStart: start, windowEnd: start + 1000 }
  expect(await results(stage)).toEqual([
    { ...window, key: 'a', requests: 2, total: 3, fastest: 10, slowest: 30, usual: 20, p0: 10 },
    { ...window, key: 'b', requests: 1, total: 4, ...none },
    {
      ...{ windowStart: start + 1000, windowEnd: start + 2000, key: 'a', requests: 1, total: 0 },
      ...{ fastest: 50, slowest: 50, usual: 50, p0: 50 },
    },
  ])
})

test('slidingWindow: a message is in every window of the last sizeMs', async () => {
  const stage = slidingWindow({ sizeMs: 2000, everyMs: 1000, time: '/at', aggregates: { requests: 'count' } })
  expect(await results(stage)).toEqual(
    [3, 4, 1].map((requests, place) => ({
      windowStart: start + (place - 1) * 1000,
      windowEnd: start + (place + 1) * 1000,
      requests,
    })),
  )
})

test('without a time, windows close by the clock', async () => {
  const running = new PipelineBuilder()
    .addStage('window', tumblingWindow({ sizeMs: 20, aggregates: { n: 'count' } }))
    .build()
    .start()
  await running.input.push('{}')
  // Comes though the input is not closed.
  const { value } = await running.output[Symbol.asyncIterator]().next()
  expect(JSON.parse(value!.toString())).toMatchObject({ n: 1 })
  running.abort()
})

test('the type of the results follows from key and aggregates', () => {
  const byBoth = tumblingWindow({
    sizeMs: 1,
    key: ['/host', '/path'],
    aggregates: { n: 'count', p99: { quantile: 0.99, of: '/ms' } },
  })
  new PipelineBuilder().addStage('window', byBoth).addStage(
    'read',
    json((result) => {
      expectTypeOf(result.windowEnd).toEqualTypeOf<number>()
      expectTypeOf(result.key).toEqualTypeOf<[WindowKey, WindowKey]>()
      expectTypeOf(result.n).toEqualTypeOf<number>()
      expectTypeOf(result.p99).toEqualTypeOf<number | null>()
      return result.n
    }),
  )
  type WindowKey = string | number | boolean | null
  expectTypeOf<WindowResult<{ n: 'count' }>>().not.toHaveProperty('key')
})

test.each<[text: string, attempt: () => unknown]>([
  ['Expected sizeMs to be a whole number but received undefined', () => tumblingWindow({ aggregates: {} } as never)],
  [
    'Expected everyMs to be a whole number but received undefined',
    () => slidingWindow({ sizeMs: 1, aggregates: {} } as never),
  ],
  [
    'Expected idleMs to be a whole number but received a number (0.5)',
    () => tumblingWindow({ sizeMs: 1, idleMs: 0.5, aggregates: {} }),
  ],
  [
    'Expected aggregates to be an object of names and aggregates but received null',
    () => tumblingWindow({ sizeMs: 1, aggregates: null as never }),
  ],
])('wrong types are refused at once: %s', async (text, attempt) => {
  expect(await refusalOf(attempt)).toMatchObject({ code: 'INVALID_OPTION', message: text })
})

test('options that cannot be are refused when the pipeline is built', async () => {
  const builder = new PipelineBuilder().addStage('culprit', tumblingWindow({ sizeMs: 1, aggregates: { key: 'count' } }))
  const error = await refusalOf(() => builder.build())
  expect(error).toMatchObject({ code: 'INVALID_OPTION', stage: 'culprit' })
  expect(error.message).toContain('the name `key` is taken; choose another')
})
