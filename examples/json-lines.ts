// JSON lines in, some of them out with fewer fields: no message touches JavaScript, and a torn one ends nothing.

import { join, lines, pick, PipelineBuilder, where } from '@stream-pipeline/node'

const running = new PipelineBuilder()
  .addStage('lines', lines())
  .addStage('failures', where({ '/status': { gte: 500 }, not: { '/path': { in: ['/health'] } } }), { onError: 'skip' })
  .addStage('fields', pick({ at: '/time', path: '/path', user: '/user/id' }))
  .addStage('join', join())
  .build()
  .start()

const records = [
  { time: '10:00:01', status: 200, path: '/', user: { id: 7 } },
  { time: '10:00:02', status: 503, path: '/cart', user: { id: 7 } },
  { time: '10:00:03', status: 500, path: '/health' },
  { time: '10:00:04', status: 500, path: '/pay' },
]
for (const record of records) await running.input.push(JSON.stringify(record) + '\n')
await running.input.push('{"time":"10:00:05","stat')
running.input.close()

for await (const chunk of running.output) process.stdout.write(chunk)
console.log('skipped:', (await running.wait()).ledger.skipped)
