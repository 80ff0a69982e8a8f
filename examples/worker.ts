// A stage in two worker threads: the orders of a feed are scored in parallel, and leave in the order in which they came.

import { json, lines, PipelineBuilder, worker } from '@stream-pipeline/node'
import type score from './worker/score.mjs'

const running = new PipelineBuilder()
  .addStage('lines', lines())
  .addStage(
    'score',
    worker<typeof score>(new URL('./worker/score.mjs', import.meta.url), { threads: 2, options: { limit: 100 } }),
  )
  .addStage(
    'suspicious',
    json((order) => (order.score > 1 ? order : null)),
  )
  .build()
  .start()

for (let id = 0; id < 1000; id++) await running.input.push(`{"id":${id},"amounts":[${id % 7},${id % 400}]}\n`)
running.input.close()

let suspicious = 0
for await (const message of running.output) {
  const { id, score } = JSON.parse(message.toString()) as { id: number; score: number }
  if (id % 100 === 99) console.log(`order ${id}: ${score.toFixed(2)} times the limit`)
  suspicious++
}
console.log(`${suspicious} of 1000 orders are beyond the limit`)
