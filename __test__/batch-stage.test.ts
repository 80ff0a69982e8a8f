import { expect, test } from 'vitest'
import { batch, passthrough, PipelineBuilder, type Emit, type MessageBatch } from '../index.js'
import { numbers, through } from './messages.js'

function start(
  work: (messages: MessageBatch, emit: Emit) => void,
): ReturnType<ReturnType<PipelineBuilder['build']>['start']> {
  return new PipelineBuilder().addStage('batch', batch(work)).addStage('after', passthrough()).build().start()
}

test('a batch stage finds its messages by their offsets, and emits ranges of them', async () => {
  let most = 0
  const running = start((messages, emit) => {
    most = Math.max(most, messages.length)
    for (let i = 0; i < messages.length; i++) {
      const [from, to] = [messages.offsets[i]!, messages.offsets[i + 1]!]
      expect(messages.message(i)).toEqual(messages.bytes.subarray(from, to))
      if (messages.bytes[to - 1] === 0x30) emit(from, to)
    }
  })
  const outputs = await through(running, numbers(5000))
  expect(outputs).toEqual(numbers(5000).filter((text) => text.endsWith('0')))
  expect(most).toBeGreaterThan(1)
  expect(most).toBeLessThanOrEqual(1024)
  const { ledger, stages } = await running.wait()
  expect(ledger).toMatchObject({ absorbed: 4500, delivered: 500, balance: 0 })
  expect(stages[0]).toMatchObject({ received: 5000, absorbed: 4500, emitted: 500 })
})

test('what it emits may be of its own making, empty, or many times what a region holds', async () => {
  const running = start((messages, emit) => {
    for (let i = 0; i < messages.length; i++) {
      emit('grün')
      emit(new Uint8Array([0x61]))
      emit(0, 0)
      for (let n = 0; n < 5000; n++) emit(messages.offsets[i]!, messages.offsets[i + 1]!)
      emit(Buffer.alloc(200_000, 'x'))
      emit(Buffer.alloc(200_000, 'y'))
    }
  })
  const outputs = await through(running, ['1', '2'])
  const expected = (text: string): string[] => [
    ...['grün', 'a', ''],
    ...Array<string>(5000).fill(text),
    ...['x'.repeat(200_000), 'y'.repeat(200_000)],
  ]
  expect(outputs).toEqual([...expected('1'), ...expected('2')])
  const { ledger } = await running.wait()
  expect(ledger).toMatchObject({ accepted: 2, delivered: 2 * 5005, balance: 0 })
  expect(ledger.created - ledger.absorbed).toBe(2 * 5004)
})

test.each([
  ['a range beyond the batch', (emit: Emit) => emit(0, 1000), 'RangeError: Expected emit(start, end) to name a part'],
  ['a range that ends before it starts', (emit: Emit) => emit(1, 0), 'RangeError'],
  ['half a byte', (emit: Emit) => emit(0.5, 1), 'RangeError'],
  ['no message', (emit: Emit) => emit({} as string), 'Expected a message to be a Buffer, Uint8Array or string'],
])('%s is refused where it is emitted, and fails the stage', async (_what, emitIt, text) => {
  const running = start((_messages, emit) => {
    emit('before')
    emitIt(emit)
  })
  running.input.push('message').catch(() => undefined)
  const delivered: string[] = []
  const taken = (async () => {
    for await (const message of running.output) delivered.push(message.toString())
  })()
  await expect(taken).rejects.toMatchObject({
    code: 'STAGE_FAILED',
    stage: 'batch',
    sequence: 0,
    message: expect.stringContaining(text) as string,
  })
  expect(delivered).toEqual(['before'])
  expect(running.metrics().ledger).toMatchObject({ failed: 1, balance: 0 })
})

test('a result, or emitting after the end, is a mistake that is told', async () => {
  let late: Emit | undefined
  const running = start((_messages, emit) => {
    late = emit
  })
  await running.input.push('message')
  await running.wait()
  expect(() => late?.('x')).toThrow('after the function had returned')

  const returning = start(() => 'x')
  await returning.input.push('message')
  await expect(returning.wait()).rejects.toThrow("Expected the stage's function to return nothing")
})
