import { Readable } from 'node:stream'
import { ReadableStream } from 'node:stream/web'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type MessageInput } from '../index.js'
import { numbers, texts } from './messages.js'

const messages = numbers(3000)

async function* slowly(): AsyncGenerator<string> {
  for (const message of messages) {
    if (Number(message) % 100 === 0) await setImmediate()
    yield message
  }
}

const webStream = (): ReadableStream<string> =>
  new ReadableStream({
    start(controller) {
      for (const message of messages) controller.enqueue(message)
      controller.close()
    },
  })

/** Answers as `for await` takes them as well: neither a Promise, nor the same twice. */
const oddAnswers = (): AsyncIterable<string> => {
  let index = 0
  const answer = (): IteratorResult<string> =>
    index < messages.length ? { done: false, value: messages[index++]! } : { done: true, value: undefined }
  const thenable = { then: (resolve: (result: IteratorResult<string>) => void) => resolve(answer()) }
  return {
    [Symbol.asyncIterator]: () => ({ next: () => (index % 2 === 0 ? thenable : answer()) as never }),
  }
}

test.each<[what: string, source: () => Iterable<MessageInput> | AsyncIterable<MessageInput>]>([
  ['an array', () => messages],
  ['a Set', () => new Set(messages)],
  ['a generator', () => messages.values()],
  ['an async generator', slowly],
  ['a Readable of strings', () => Readable.from(messages)],
  ['a Readable of Buffers', () => Readable.from(messages.map((message) => Buffer.from(message)))],
  ['a Web stream', webStream],
  ['an async iterator that answers without a Promise', oddAnswers],
])('pushFrom takes %s', async (_what, source) => {
  const running = new PipelineBuilder().addStage('stage', passthrough(), { capacity: 64 }).build().start()
  const outputs = texts(running.output)
  expect(await running.input.pushFrom(source())).toBe(messages.length)
  // The input stays open.
  await running.input.push('end')
  running.input.close()
  expect(await outputs).toEqual([...messages, 'end'])
})

test('a source is read only as fast as there is room', async () => {
  const running = new PipelineBuilder()
    .addStage('stage', passthrough(), { capacity: 4 })
    .withOutputEdge({ capacity: 4 })
    .build()
    .start()
  const batches = running.output.batches()
  let read = 0
  const source = function* (): Generator<string> {
    for (; read < 20_000; read++) yield String(read)
  }
  const pushed = running.input.pushFrom(source())
  let taken = 0
  for await (const batch of batches) {
    taken += batch.length
    // It counts a message when it is asked for the next.
    expect(read + 1).toBeGreaterThanOrEqual(taken)
    // Two rings, a message in the stage's hand, a batch that is offered: up to 1024.
    expect(read).toBeLessThanOrEqual(taken + 4 + 1 + 4 + 1024)
    if (taken === 20_000) break
  }
  expect(await pushed).toBe(20_000)
})
