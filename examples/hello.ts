// Bytes in, lines out: two native stages, each in its own thread, and one in JavaScript.

import { filter, lines, PipelineBuilder } from '@stream-pipeline/node'

const running = new PipelineBuilder()
  .addStage('lines', lines())
  .addStage('errors', filter(/^ERROR/))
  .addStage('shorten', (line) => line.subarray('ERROR '.length))
  .build()
  .start()

await running.input.push('INFO  started\nERROR disk full\nINFO  try')
await running.input.push('ing again\nERROR disk still full\n')
running.input.close()

for await (const message of running.output) console.log(message.toString())
