import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type Running } from '../index.js'
import { numbers } from './messages.js'

const start = (capacity = 8192): Running =>
  new PipelineBuilder().addStage('stage', passthrough(), { capacity }).withOutputEdge({ capacity }).build().start()

const sourceOf = (messages: Iterable<string>): ReadableStream<string> => {
  const iterator = messages[Symbol.iterator]()
  return new ReadableStream<string>({
    pull(controller) {
      const next = iterator.next()
      if (next.done === true) controller.close()
      else controller.enqueue(next.value)
    },
  })
}

test('pipeThrough(): each chunk is a message, in order, the empty one too', async () => {
  const running = start()
  const messages = [...numbers(3000), '', 'größer']
  const received: string[] = []
  for await (const chunk of sourceOf(messages).pipeThrough(running.toWeb())) {
    received.push(Buffer.from(chunk).toString())
  }
  expect(received).toEqual(messages)
  expect((await running.wait()).ledger).toMatchObject({ accepted: 3002, delivered: 3002, balance: 0 })
})

test('a chunk is a Uint8Array in memory of its own, which may be transferred', async () => {
  const running = start()
  const { readable } = running.toWeb()
  await running.input.pushBatch(['one', 'two'])
  running.input.close()
  const reader = readable.getReader()
  const { value } = await reader.read()
  expect([value?.constructor, value?.buffer.byteLength]).toEqual([Uint8Array, 3])
  const moved = structuredClone(value, { transfer: [value!.buffer as ArrayBuffer] })
  expect(Buffer.from(moved!).toString()).toBe('one')
  const second = await reader.read()
  expect(await new Response(second.value as Uint8Array<ArrayBuffer>).text()).toBe('two')
})

test('the pressure of the pipeline reaches who writes', async () => {
  const running = start(16)
  const { readable, writable } = running.toWeb()
  const writer = writable.getWriter()
  let written = 0
  const writing = (async () => {
    for (; written < 500; written++) {
      await writer.ready
      void writer.write(String(written))
    }
    await writer.close()
  })()
  while (!running.input.pressured || writer.desiredSize !== 0) await setImmediate()
  expect(written).toBeLessThanOrEqual(16 + 16 + 1 + 16)
  // Nothing is read that nobody asks for.
  expect(running.metrics().ledger.delivered).toBe(0)
  let count = 0
  for await (const chunk of readable) expect(Buffer.from(chunk).toString()).toBe(String(count++))
  await writing
  expect(count).toBe(500)
})

test('strategies count messages, or what their size says', async () => {
  const { readable, writable } = start().toWeb({
    writableStrategy: { highWaterMark: 10, size: (chunk) => chunk.length },
    readableStrategy: { highWaterMark: 2 },
  })
  const writer = writable.getWriter()
  void writer.write('123456')
  expect(writer.desiredSize).toBe(4)
  await writer.close()
  await readable.cancel()
})

test("type 'bytes': a byte stream, which fills a reader's own memory", async () => {
  const running = start()
  const { readable } = running.toWeb({ type: 'bytes' })
  await running.input.pushBatch(['hel', '', 'lo ', 'wor', 'ld'])
  running.input.close()
  const reader = readable.getReader({ mode: 'byob' })
  const parts: string[] = []
  for (;;) {
    const { done, value } = await reader.read(new Uint8Array(4))
    if (done) break
    parts.push(Buffer.from(value as Uint8Array).toString())
  }
  expect(parts.join('')).toBe('hello world')
  expect(parts[0]).toHaveLength(4)
})

test('both streams can be transferred to another port', async () => {
  const running = start()
  const { port1, port2 } = new MessageChannel()
  const { readable, writable } = running.toWeb()
  port1.postMessage({ readable, writable }, [readable, writable] as never)
  const streams = await new Promise<ReturnType<Running['toWeb']>>((resolve) => {
    port2.once('message', resolve)
  })
  const writer = streams.writable.getWriter()
  void writer.write('there')
  void writer.close()
  const received: string[] = []
  for await (const chunk of streams.readable) received.push(Buffer.from(chunk).toString())
  expect(received).toEqual(['there'])
  port1.close()
})
