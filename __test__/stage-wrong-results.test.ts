import { expect, test } from 'vitest'
import { PipelineBuilder, type StageFunction } from '../index.js'
import { refusalOf } from './refusal.js'

class Row {
  readonly text = 'x'
}

test.each<[what: string, result: () => unknown, received: string]>([
  ['a number', () => 42, 'a number (42)'],
  ['a bigint', () => 42n, 'a bigint (42)'],
  ['true', () => true, 'true'],
  ['an object', () => ({ text: 'x' }), 'an object'],
  ['an instance', () => new Row(), 'an instance of Row'],
  ['a function', () => () => 'x', 'a function'],
  ['an ArrayBuffer', () => new ArrayBuffer(1), 'an instance of ArrayBuffer'],
  ['a Promise', () => Promise.resolve('x'), 'an instance of Promise; an async function is given with its concurrency'],
  ['a Promise that rejects', () => Promise.reject(new Error('late')), 'an instance of Promise'],
])(
  'a stage that returns %s fails, and the error says what was expected and what came',
  async (_what, result, received) => {
    const work = result as StageFunction
    const running = new PipelineBuilder().addStage('stage', work).build().start()
    await running.input.push('x')
    const error = await refusalOf(running.wait())
    expect(error).toMatchObject({ code: 'STAGE_FAILED', stage: 'stage', sequence: 0 })
    expect(error.cause).toBeInstanceOf(TypeError)
    expect(error.message).toContain(
      `TypeError: Expected the stage to return a Buffer, Uint8Array, string, null, undefined or an iterable of them but received ${received}`,
    )
  },
)

test.each<[what: string, result: () => unknown, received: string]>([
  ['numbers', () => [42], 'a number (42)'],
  ['a typed array of numbers', () => Uint16Array.of(42), 'a number (42)'],
  ['arrays', () => new Map([['key', 'value']]), 'an instance of Array'],
  ['null', () => ['fine', null], 'null'],
])('a stage that returns an iterable of %s fails', async (_what, result, received) => {
  const work = result as StageFunction
  const running = new PipelineBuilder().addStage('stage', work).build().start()
  await running.input.push('x')
  const error = await refusalOf(running.wait())
  expect(error).toMatchObject({ code: 'STAGE_FAILED', stage: 'stage', sequence: 0 })
  expect(error.message).toContain(`Expected a message to be a Buffer, Uint8Array or string but received ${received}`)
})
