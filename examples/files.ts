// From files to a file in native threads: no message touches JavaScript.
//
//   node --import tsx examples/files.ts

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as pathOf } from 'node:path'
import { files, filter, join, lines, PipelineBuilder, toFile } from '@stream-pipeline/node'

const folder = await mkdtemp(pathOf(tmpdir(), 'stream-pipeline-'))
const path = (name: string): string => pathOf(folder, name)
await writeFile(path('monday.log'), 'INFO up\nERROR disk full\n')
await writeFile(path('tuesday.log'), 'ERROR disk gone\nINFO down\n')

const running = new PipelineBuilder()
  .addSource('logs', files(path('*.log')))
  .addStage('lines', lines())
  .addStage('errors', filter(/^ERROR/))
  .addStage('join', join())
  .addStage('out', toFile(path('errors'), { mode: 'replace' }))
  .build()
  .start()
const { ledger } = await running.wait()

process.stdout.write(await readFile(path('errors'), 'utf8'))
console.log(`${ledger.accepted} chunks were read`)
await rm(folder, { recursive: true })
