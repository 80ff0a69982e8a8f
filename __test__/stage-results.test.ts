import { expect, test } from 'vitest'
import { PipelineBuilder, type StageFunction, type StageResult } from '../index.js'
import { through } from './messages.js'

function* generated(): Generator<string> {
  yield 'one'
  yield 'two'
}

const results: [what: string, result: () => StageResult, outputs: string[]][] = [
  ['a Buffer', () => Buffer.from('one'), ['one']],
  ['a Uint8Array', () => Uint8Array.of(0x6f, 0x6e, 0x65), ['one']],
  ['a view of a larger buffer', () => new Uint8Array(Uint8Array.of(1, 0x6f, 0x6e, 0x65, 2).buffer, 1, 3), ['one']],
  ['a string', () => 'one', ['one']],
  ['an empty string', () => '', ['']],
  ['an empty Buffer', () => Buffer.alloc(0), ['']],
  ['null', () => null, []],
  ['undefined', () => undefined, []],
  ['an empty array', () => [], []],
  ['an array of each kind', () => ['one', Buffer.from('two'), Uint8Array.of(0x33), ''], ['one', 'two', '3', '']],
  ['a generator', () => generated(), ['one', 'two']],
  ['a Set', () => new Set(['one', 'two']), ['one', 'two']],
]

test.each(results)('a stage may return %s', async (_what, result, outputs) => {
  const work: StageFunction = () => result()
  const running = new PipelineBuilder().addStage('stage', work).build().start()
  expect(await through(running, ['first', 'second'])).toEqual([...outputs, ...outputs])
  const { ledger } = await running.wait()
  expect(ledger).toMatchObject({
    accepted: 2,
    created: 2 * Math.max(outputs.length - 1, 0),
    absorbed: outputs.length === 0 ? 2 : 0,
    delivered: 2 * outputs.length,
    balance: 0,
  })
})
