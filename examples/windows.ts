// Requests per second and host, with the 99th percentile of their durations: counted natively, read as typed objects.

import { json, lines, PipelineBuilder, tumblingWindow } from '@stream-pipeline/node'

const running = new PipelineBuilder()
  .addStage('lines', lines())
  .addStage(
    'seconds',
    tumblingWindow({
      sizeMs: 1000,
      time: '/at',
      allowedLatenessMs: 500,
      key: '/host',
      aggregates: { requests: 'count', bytes: { sum: '/bytes' }, p99: { quantile: 0.99, of: '/ms' } },
    }),
  )
  .addStage(
    'print',
    json(({ windowStart, key, requests, bytes, p99 }) => {
      const second = new Date(windowStart).toISOString().slice(11, 19)
      return `${second} ${key}: ${requests} requests, ${bytes} bytes, p99 ${p99?.toFixed(0)} ms`
    }),
  )
  .build()
  .start()

const from = Date.parse('2026-01-31T12:00:00Z')
for (let number = 0; number < 300; number += 1) {
  // Half a second out of order is early enough.
  const at = new Date(from + number * 10 - (number % 7) * 50)
  const request = { at, host: number % 3 === 0 ? 'north' : 'south', ms: 1 + (number % 100), bytes: 200 }
  await running.input.push(`${JSON.stringify(request)}\n`)
}
running.input.close()

for await (const message of running.output) console.log(JSON.parse(message.toString()))
