// Backpressure, seen happening: who reads sleeps, the rings fill to their marks, and the writer waits.

import { setTimeout as sleep } from 'node:timers/promises'

import { passthrough, PipelineBuilder } from '@stream-pipeline/node'

const MESSAGES = 1000

const running = new PipelineBuilder()
  .addStage('work', passthrough(), { capacity: 100 })
  .withOutputEdge({ capacity: 100 })
  .withBackpressure({ high: 0.8, low: 0.4 })
  .build()
  .start()

let written = 0
async function write(): Promise<void> {
  for (; written < MESSAGES; written++) await running.input.push(`message ${written}`)
  running.input.close()
}

function show(title: string): void {
  const { edges, stages } = running.metrics()
  console.log(`${title}: ${written} written`)
  for (const { name, fill, capacity, low, high, pressured } of edges) {
    const bar = '█'.repeat(Math.round(fill / 5)).padEnd(capacity / 5, '·')
    console.log(
      `  ${`ring '${name}'`.padEnd(14)} ${bar} ${fill} of ${capacity}, marks ${low} and ${high}${pressured ? ', pressured' : ''}`,
    )
  }
  for (const { name, inHand } of stages) console.log(`  stage '${name}' has ${inHand} in hand`)
}

const output = running.output.batches() // Ours to read from now on.
const writing = write()

// The last ring fills to its high mark first, then the one before it, then the writer has to wait.
let before = -1
while (written > before) {
  before = written
  await sleep(100)
}
show('Nobody reads')

// Whoever is held up goes on when its ring is down to the low mark.
let read = 0
for await (const batch of output) {
  read += batch.length
  await sleep(1)
}
await writing
show(`All ${read} are read`)

const [work] = running.metrics().edges
console.log(`The writer was held up ${work?.pressuredCount === 1 ? 'once' : `${work?.pressuredCount} times`}`)
