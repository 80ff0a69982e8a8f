import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type EdgeOptions, type Marks, type Stage } from '../index.js'
import { refusalOf } from './refusal.js'

const one = (options?: EdgeOptions): PipelineBuilder => new PipelineBuilder().addStage('one', passthrough(), options)

/** What cannot even cross to Rust is refused at once. */
const wrongTypes: [text: string, attempt: () => unknown][] = [
  ["Expected a stage's name to be a string but received a number (7)", () => one().addStage(7 as never, passthrough())],
  [
    "Expected stage 'two' to be a function, or a stage such as json(work) or lines() but received null",
    () => one().addStage('two', null as never),
  ],
  ['received an object', () => one().addStage('two', { process() {} } as unknown as Stage<Buffer, Buffer>)],
  ["Expected options of 'one' to be an object but received null", () => one(null as never)],
  ["Expected capacity of 'one' to be a whole number but received a number (1.5)", () => one({ capacity: 1.5 })],
  ['received a number (-1)', () => one({ capacity: -1 })],
  ["received the string '10'", () => one({ capacity: '10' as never })],
  ["Expected byteBudget of 'one' to be a whole number", () => one({ byteBudget: Infinity })],
  ["Expected policy of 'one' to be a string but received a number (1)", () => one({ policy: 1 as never })],
  [
    "Expected marks of 'one' to be { high, low }, both numbers but received an object",
    () => one({ marks: { high: 0.8 } as Marks }),
  ],
  [
    'Expected withBackpressure() to be { high, low }, both numbers but received null',
    () => one().withBackpressure(null as never),
  ],
  [
    "Expected capacity of 'output' to be a whole number but received null",
    () => one().withOutputEdge({ capacity: null as never }),
  ],
  ['Expected maxMessageBytes to be a whole number', () => one().withMaxMessageBytes(0.5)],
  ['Expected byteBudget to be a whole number', () => one().withByteBudget('1' as never)],
  ['Expected stackBytes to be a whole number but received a number (NaN)', () => one().withStackBytes(NaN)],
]

test.each(wrongTypes)('wrong types are refused: %s', async (text, attempt) => {
  const error = await refusalOf(attempt)
  expect(error.code).toBe('INVALID_OPTION')
  expect(error.message).toContain(text)
})
