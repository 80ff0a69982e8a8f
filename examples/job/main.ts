// A job from end to end: a file through five stages into another, watched while it runs. `npm start -- --help`

import { PipelineError } from '@stream-pipeline/node'
import pc from 'picocolors'

import { bytes } from './figures.js'
import { Interruption } from './interruption.js'
import { buildJob, DRAIN_MS, runJob } from './job.js'
import { HELP, parseOptions, UsageError, type Options } from './options.js'
import { openOutput } from './output-file.js'
import { PlainLines } from './plain-lines.js'
import { headline, ledger, report } from './report.js'
import { Sampler } from './sampler.js'
import { Screen } from './screen.js'
import { Source } from './source.js'
import type { View } from './view.js'

/** Runs the job, and gives the code to exit with. */
async function main(options: Options): Promise<number> {
  const source = await Source.open(options.input, options.repeat)
  const job = await buildJob(options)
  const output = await openOutput(options.output, options.input)
  const running = job.start()

  const view = viewFor(options, titleOf(source, options))
  const interruption = new Interruption(() => {
    view.close()
    console.error(`Exited at once: ${options.output} is incomplete.`)
  })
  const sampler = new Sampler(running, source)
  const timer = setInterval(() => view.draw(sampler.take(), interruption.stop.aborted), view.intervalMs)
  try {
    await runJob(running, source, output, interruption.stop)
  } catch (error) {
    view.close()
    console.log(ledger(running.metrics()))
    console.error(`${options.output} is incomplete.`)
    if (!isDrainTimeout(error)) throw error
    console.error(`What was in flight was not finished within ${DRAIN_MS / 1000} s after ${interruption.name}.`)
    return interruption.exitCode
  } finally {
    clearInterval(timer)
    view.close()
    interruption.close()
  }

  const ending = { metrics: running.metrics(), source, output: options.output, outputBytes: output.bytesWritten }
  console.log(`${headline(ending, interruption.name)}\n\n${report(ending)}`)
  return interruption.exitCode
}

function viewFor({ plain }: Options, title: string): View {
  const live = process.stdout.isTTY && !plain && process.env.TERM !== 'dumb'
  return live ? new Screen(title, pc.createColors(pc.isColorSupported)) : new PlainLines(title)
}

function titleOf({ path, repeat, totalBytes }: Source, { output }: Options): string {
  const size = totalBytes === undefined ? '' : ` (${bytes(totalBytes / repeat)})`
  return `${path}${size}${repeat > 1 ? `, read ${repeat} times` : ''}, to ${output}`
}

function isDrainTimeout(error: unknown): boolean {
  return error instanceof PipelineError && error.code === 'DRAIN_TIMEOUT'
}

// Whoever was reading what is said here (`| head`) has gone: the job goes on.
process.stdout.on('error', () => undefined)

try {
  const options = parseOptions(process.argv.slice(2))
  if (options.help) console.log(HELP)
  else process.exitCode = await main(options)
} catch (error) {
  const wrongUse = error instanceof UsageError || (error instanceof PipelineError && error.code === 'INVALID_OPTION')
  console.error(process.env.DEBUG === undefined && error instanceof Error ? `Error: ${error.message}` : error)
  if (wrongUse) console.error('See --help.')
  process.exitCode = wrongUse ? 2 : 1
}
