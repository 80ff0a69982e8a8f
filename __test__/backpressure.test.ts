import { expect, test, vi } from 'vitest'
import { passthrough, PipelineBuilder, type Metrics, type Running } from '../index.js'
import { texts } from './messages.js'

/** Two native stages and a JavaScript one, in front of an output that nobody reads. */
function stopped(marks: boolean): Running {
  const running = new PipelineBuilder()
    .addStage('first', passthrough(), { capacity: 16 })
    .addStage('second', (message) => message, { capacity: 8 })
    .addStage('third', passthrough(), { capacity: 12 })
    .withOutputEdge({ capacity: 10 })
    .withBackpressure(marks)
    .build()
    .start()
  running.output.batches()
  return running
}

/** Pushes one message after the other, each when the last is in, until `total`; counts them. */
function pushOneByOne(running: Running, total: number): { settled: number; done: Promise<void> } {
  const writer = { settled: 0, done: Promise.resolve() }
  writer.done = (async () => {
    while (writer.settled < total) {
      await running.input.push(`message ${writer.settled}`)
      writer.settled++
    }
  })()
  return writer
}

/** Waits until nothing has moved between two looks, 20 ms apart. */
async function atRest(running: Running): Promise<Metrics> {
  let before = ''
  await vi.waitUntil(
    () => {
      const { ledger, stages } = running.metrics()
      const now = JSON.stringify([ledger, stages.map(({ state }) => state)])
      const isAtRest = now === before && stages.every(({ state }) => state === 'backpressured')
      before = now
      return isAtRest
    },
    { interval: 20, timeout: 20_000 },
  )
  return running.metrics()
}

test('with marks off: accepted = what the rings and the stages hold, and every ring is full', async () => {
  const running = stopped(false)
  const writer = pushOneByOne(running, 500)
  const { ledger, edges, stages } = await atRest(running)

  const [first, second, third, output] = edges.map(({ fill }) => fill)
  const [inFirst, inSecond, inThird] = stages.map(({ inHand }) => inHand)
  expect(ledger.accepted).toBe(first! + inFirst! + second! + inSecond! + third! + inThird! + output!)
  expect([first, second, third, output]).toEqual([16, 8, 12, 10])
  expect(writer.settled).toBe(ledger.accepted)
  expect(ledger.inFlight).toBe(ledger.accepted)

  const outputs = texts(running.output)
  await writer.done
  running.input.close()
  expect(await outputs).toEqual(Array.from({ length: 500 }, (_, n) => `message ${n}`))
})

test('with marks on: every edge is pressured, none is filled beyond its capacity, and the writer waits', async () => {
  const running = stopped(true)
  const writer = pushOneByOne(running, 500)
  const { ledger, edges } = await atRest(running)

  for (const { name, fill, high, low, capacity, pressured, highestFill } of edges) {
    expect([high, low], name).toEqual([Math.ceil(0.8 * capacity), Math.floor(0.4 * capacity)])
    // Nobody takes from the last one. A stage may have taken from the others between their being pressured and its own
    // being held up: then the fill lies between the marks.
    expect(fill, name).toBeGreaterThan(name === 'output' ? high! - 1 : low!)
    expect(highestFill, name).toBeLessThanOrEqual(capacity)
    expect(pressured, name).toBe(true)
  }
  expect(writer.settled).toBe(ledger.accepted)
  expect(running.input.pressured).toBe(true)

  const outputs = texts(running.output)
  await writer.done
  running.input.close()
  expect(await outputs).toHaveLength(500)
  expect(running.input.pressured).toBe(false)
  expect(running.metrics().edges.every(({ pressured }) => !pressured)).toBe(true)
})
