// What a TypeScript project makes of the package's types, under each way to resolve modules.

import { join, lines, PipelineBuilder, type Metrics, type Pipeline } from '@stream-pipeline/node'

const pipeline: Pipeline = new PipelineBuilder()
  .addStage('lines', lines())
  .addStage('shorter', (line) => line.subarray(0, 80))
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
