import { expect, test } from 'vitest'
import { chunk, type NativeStage, PipelineBuilder, rateLimit, sample } from '../index.js'
import { numbers, texts, through } from './messages.js'
import { refusalOf } from './refusal.js'

const outputs = (stage: NativeStage, messages: (string | Uint8Array)[]): Promise<string[]> =>
  through(new PipelineBuilder().addStage('stage', stage).build().start(), messages)

test('chunk gathers by count and by bytes, and the rest at the end', async () => {
  expect(await outputs(chunk({ maxMessages: 3 }), numbers(7))).toEqual(['0\n1\n2\n', '3\n4\n5\n', '6\n'])
  const byBytes = chunk({ maxBytes: 7, separator: ', ', trailing: false })
  expect(await outputs(byBytes, numbers(7))).toEqual(['0, 1, 2', '3, 4, 5', '6'])
})

test('chunk gives what it holds after its delay, while the input is open', async () => {
  const running = new PipelineBuilder()
    .addStage('chunk', chunk({ maxDelayMs: 20 }))
    .build()
    .start()
  const pushed = performance.now()
  await running.input.push('a')
  const { value } = await running.output[Symbol.asyncIterator]().next()
  expect(String(value)).toBe('a\n')
  // Timers of Node and of the engine are not cut to the same fraction of a millisecond.
  expect(performance.now() - pushed).toBeGreaterThanOrEqual(19)
  running.abort()
})

test('rateLimit holds messages up, and loses none', async () => {
  const running = new PipelineBuilder()
    .addStage('limit', rateLimit({ perSecond: 200, burst: 10 }))
    .build()
    .start()
  const began = performance.now()
  expect(await through(running, numbers(30))).toEqual(numbers(30))
  // Twenty messages beyond the burst, at 5 ms each; the last millisecond is for rounding.
  expect(performance.now() - began).toBeGreaterThanOrEqual(99)
})

test('rateLimit: what is held up keeps nobody from aborting', async () => {
  const running = new PipelineBuilder()
    .addStage('limit', rateLimit({ perSecond: 0.001, burst: 4, unit: 'bytes' }))
    .build()
    .start()
  const received = texts(running.output).catch(() => 'aborted')
  await running.input.pushBatch(['four', 'held up'])
  running.abort()
  expect(await refusalOf(running.wait())).toMatchObject({ code: 'ABORTED' })
  expect(await received).toBe('aborted')
})

test('sample lets the first of so many pass, or each by a chance that a seed repeats', async () => {
  expect(await outputs(sample({ every: 4 }), numbers(10))).toEqual(['0', '4', '8'])
  const [once, again] = await Promise.all(
    [1, 2].map(() => outputs(sample({ probability: 0.5, seed: 7 }), numbers(1000))),
  )
  expect(once).toEqual(again)
  expect(once!.length).toBeGreaterThan(400)
  expect(once!.length).toBeLessThan(600)
})

test.each<[text: string, attempt: () => unknown]>([
  ['Expected maxDelayMs to be a whole number but received a number (0.5)', () => chunk({ maxDelayMs: 0.5 })],
  [
    'Expected separator to be a Buffer, Uint8Array or string but received a number (7)',
    () => chunk({ separator: 7 as never }),
  ],
  [
    'Expected perSecond to be a finite number but received a number (Infinity)',
    () => rateLimit({ perSecond: Infinity }),
  ],
  ['Expected probability to be a finite number but received a number (NaN)', () => sample({ probability: NaN })],
  ['Expected every to be a whole number but received a number (1.5)', () => sample({ every: 1.5 })],
])('wrong types are refused at once: %s', async (text, attempt) => {
  expect(await refusalOf(attempt)).toMatchObject({ code: 'INVALID_OPTION', message: text })
})

test.each<[stage: NativeStage, text: RegExp]>([
  [chunk({ maxMessages: 0 }), /chunk: option `max_messages`: a chunk of 0 is none/],
  [rateLimit({ perSecond: 0 }), /rateLimit: option `per_second`: 0 lets nothing pass/],
  [rateLimit({ perSecond: 1, burst: 0 }), /rateLimit: option `burst`/],
  [rateLimit({ perSecond: 1, unit: 'lines' as never }), /unknown variant `lines`, expected `messages` or `bytes`/],
  [sample({ every: 0 }), /sample: option `every`: one of 0 messages is none/],
  [sample({ probability: 2 }), /sample: option `probability`: 2 is no probability/],
])('what the stage refuses names the stage (%#)', async (stage, text) => {
  const error = await refusalOf(() => new PipelineBuilder().addStage('culprit', stage).build())
  expect(error).toMatchObject({ code: 'INVALID_OPTION', stage: 'culprit' })
  expect(error.message).toMatch(text)
})
