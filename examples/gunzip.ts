// A packed log, read as it comes: no piece of it waits for the rest, and a file that unpacks to no end is refused.

import { gzipSync } from 'node:zlib'
import { filter, gunzip, lines, PipelineBuilder } from '@stream-pipeline/node'

const file = gzipSync('INFO  started\nERROR disk full\nINFO  trying again\n')

const running = new PipelineBuilder()
  .addStage('gunzip', gunzip({ maxOutputBytes: 1024 ** 3 }))
  .addStage('lines', lines())
  .addStage('errors', filter(/^ERROR/))
  .build()
  .start()

for (let start = 0; start < file.length; start += 10) await running.input.push(file.subarray(start, start + 10))
running.input.close()

for await (const message of running.output) console.log(message.toString())
