// What a TypeScript project makes of the package's types, under each way to resolve modules.

import { join, json, lines, PipelineBuilder, worker, type Metrics, type Pipeline } from '@stream-pipeline/node'

const pipeline: Pipeline = new PipelineBuilder()
  .addStage('lines', lines())
  .addStage('shorter', (line) => line.subarray(0, 80))
  .addStage(
    'parsed',
    json((order: { price: number }) => order.price),
  )
  .addStage(
    'dear',
    json((price) => (price.toFixed(2).length > 5 ? price : null)),
  )
  .addStage('scored', worker(new URL('file:///score.js'), { threads: 2 }))
  .addStage('join', join('\n'))
  .build()

/** Runs a pipeline to its end. */
export async function report(): Promise<Metrics> {
  const running = pipeline.start()
  await running.input.push('one\ntwo\n')
  return running.wait()
}

// @ts-expect-error -- types are there: were they `any`, this line would compile.
new PipelineBuilder().addStage('number', () => 42)
const prices = new PipelineBuilder().addStage(
  'price',
  json(() => 42),
)
const ofText = json((text: string) => text)
// @ts-expect-error -- and they follow the chain.
prices.addStage('text', ofText)
