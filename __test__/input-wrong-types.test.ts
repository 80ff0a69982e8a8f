import { afterAll, expect, test } from 'vitest'
import { passthrough, PipelineBuilder } from '../index.js'
import { refusalOf } from './refusal.js'

const running = new PipelineBuilder().addStage('stage', passthrough()).build().start()
const { input } = running
afterAll(() => running.abort())

const wrong: [what: string, value: unknown, received: string][] = [
  ['a number', 42, 'a number (42)'],
  ['null', null, 'null'],
  ['undefined', undefined, 'undefined'],
  ['an object', {}, 'an object'],
  ['an ArrayBuffer', new ArrayBuffer(1), 'an instance of ArrayBuffer'],
  ['a DataView', new DataView(new ArrayBuffer(1)), 'an instance of DataView'],
  ['other numbers than bytes', Uint16Array.of(1), 'an instance of Uint16Array'],
]

test.each(wrong)('%s is no message', async (_what, value, received) => {
  const expected = {
    code: 'INVALID_OPTION',
    message: `Expected a message to be a Buffer, Uint8Array or string but received ${received}`,
  }
  const message = value as string
  expect(await refusalOf(input.push(message))).toMatchObject(expected)
  expect(await refusalOf(() => input.tryPush(message))).toMatchObject(expected)
  expect(await refusalOf(input.pushBatch([message]))).toMatchObject(expected)
  expect(await refusalOf(input.pushFrom([message]))).toMatchObject(expected)
})

test.each([
  ['a string', 'one message, not three', "the string 'one message, not three'"],
  ['a long string', 'x'.repeat(50), 'a string'],
  ['a number', 42, 'a number (42)'],
  ['null', null, 'null'],
  ['an object', {}, 'an object'],
  ['a function', () => [], 'a function'],
])('%s is no source of messages', async (_what, value, received) => {
  const source = value as Iterable<string>
  expect(await refusalOf(input.pushBatch(source))).toMatchObject({
    code: 'INVALID_OPTION',
    message: `Expected messages to be an iterable of messages but received ${received}`,
  })
  expect(await refusalOf(input.pushFrom(source))).toMatchObject({
    code: 'INVALID_OPTION',
    message: `Expected source to be an iterable, a Readable or a ReadableStream but received ${received}`,
  })
})

test('a signal is an AbortSignal', async () => {
  const signal = {} as AbortSignal
  expect(await refusalOf(input.pushFrom([], { signal }))).toMatchObject({
    code: 'INVALID_OPTION',
    message: 'Expected signal to be an AbortSignal but received an object',
  })
})

test('nothing that was refused got in', () => {
  expect(running.metrics().ledger.accepted).toBe(0)
})
