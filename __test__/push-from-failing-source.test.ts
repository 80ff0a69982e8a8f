import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type MessageInput, type Running } from '../index.js'
import { numbers } from './messages.js'

const start = (): Running => new PipelineBuilder().addStage('stage', passthrough()).build().start()

const thrown = new Error('the source is broken')

function* failing(): Generator<string> {
  yield* numbers(10)
  throw thrown
}

async function* failingLater(): AsyncGenerator<string> {
  yield* failing()
}

test.each<[what: string, source: () => Iterable<MessageInput> | AsyncIterable<MessageInput>]>([
  ['a generator', failing],
  ['an async generator', failingLater],
  ['a Readable', () => Readable.from(failingLater())],
])('what %s throws, pushFrom rejects with; the pipeline goes on', async (_what, source) => {
  const running = start()
  await expect(running.input.pushFrom(source())).rejects.toBe(thrown)
  await running.input.push('more')
  expect((await running.wait()).ledger).toMatchObject({ accepted: 11, delivered: 11 })
})

test.each<[what: string, message: unknown, code: string]>([
  ['no message', 42, 'INVALID_OPTION'],
  ['too large', 'x'.repeat(2 ** 20 + 1), 'MESSAGE_TOO_LARGE'],
])(
  'a source that gives something that is %s is closed, and nothing behind it is pushed',
  async (_what, message, code) => {
    const running = start()
    let ended = false
    const source = function* (): Generator<MessageInput> {
      try {
        yield 'before'
        yield message as MessageInput
        yield 'behind'
      } finally {
        ended = true
      }
    }
    await expect(running.input.pushFrom(source())).rejects.toMatchObject({ code })
    expect(ended).toBe(true)
    expect((await running.wait()).ledger).toMatchObject({ accepted: 1, delivered: 1 })
  },
)

test('a source that fails to close does not hide why it was closed', async () => {
  const running = start()
  const source: Iterable<MessageInput> = {
    [Symbol.iterator]: () => ({
      next: () => ({ done: false, value: 42 as never }),
      return: () => {
        throw new Error('cannot close')
      },
    }),
  }
  await expect(running.input.pushFrom(source)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
})
