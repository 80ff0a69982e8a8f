// An access log in, JSON out: a regular expression finds the parts of each line, and nothing of it touches JavaScript.

import { extractJson, json, lines, PipelineBuilder } from '@stream-pipeline/node'

interface Request {
  ip: string
  method: string
  path: string
  status: number
  /** Not there where the log has `-`. */
  bytes?: number
}

const pattern = /^(?<ip>\S+) \S+ \S+ \[[^\]]*\] "(?<method>\S+) (?<path>\S+)[^"]*" (?<status>\d+) (?:(?<bytes>\d+)|-)/

const running = new PipelineBuilder()
  .addStage('lines', lines())
  .addStage('requests', extractJson<Request>(pattern, { types: { status: 'number', bytes: 'number' } }))
  .addStage(
    'failed',
    json((request) => (request.status >= 400 ? request : null)),
  )
  .build()
  .start()

await running.input.push('::1 - - [23/Nov/2026:21:00:00 +0000] "GET / HTTP/1.1" 200 5043\n')
await running.input.push('::1 - ada [23/Nov/2026:21:00:01 +0000] "PUT /a HTTP/1.1" 500 17\nnoise\n')
await running.input.push('::2 - - [23/Nov/2026:21:00:02 +0000] "GET /none HTTP/1.1" 404 -\n')
running.input.close()

for await (const request of running.output) console.log(request.toString())
