// One of ten readings, gathered into requests of three lines, and no more than a hundred requests a second.

import { chunk, PipelineBuilder, rateLimit, sample } from '@stream-pipeline/node'

const running = new PipelineBuilder()
  .addStage('one of ten', sample({ every: 10 }))
  .addStage('requests', chunk({ maxMessages: 3, maxDelayMs: 500 }))
  .addStage('slowly', rateLimit({ perSecond: 100, burst: 1 }))
  .build()
  .start()

await running.input.pushBatch(Array.from({ length: 70 }, (_, n) => `{"reading":${n}}`))
running.input.close()

for await (const request of running.output) console.log(request.toString().trimEnd().split('\n').join(' '))
