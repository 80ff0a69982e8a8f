// An async stage: at most four lookups at once, each answered within a second, results in the order of their messages.

import { setTimeout as sleep } from 'node:timers/promises'
import { json, PipelineBuilder } from '@stream-pipeline/node'

let open = 0
let most = 0

/** Stands for a request to another service; the signal would go to `fetch()`. */
async function lookUp(name: string, signal: AbortSignal): Promise<number> {
  most = Math.max(most, ++open)
  await sleep(20 - name.length, undefined, { signal })
  open--
  return name.length
}

const running = new PipelineBuilder()
  .addStage(
    'length',
    json(async (name: string, { signal }) => ({ name, length: await lookUp(name, signal) }), {
      concurrency: 4,
      timeoutMs: 1000,
    }),
  )
  .build()
  .start()

await running.input.pushBatch(['"Ada"', '"Grace"', '"Edsger"', '"Barbara"', '"Tony"', '"Leslie"'])
running.input.close()
for await (const message of running.output) console.log(message.toString())
console.log(`at most ${most} lookups at once`)
