// What has to be built before anything can be measured.

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The package as users get it: the release build, and dist/. */
export function buildPackage(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: ['ignore', 2, 2] })
}

/** Builds the addon that calls a threadsafe function per message; returns where it lies. */
export function buildNaiveAddon(): string {
  const output = execFileSync(
    'cargo',
    ['build', '--quiet', '--release', '-p', 'stream-pipeline-naive-addon', '--message-format=json'],
    { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const files = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { reason: string; target?: { name: string }; filenames?: string[] })
    .filter(({ reason, target }) => reason === 'compiler-artifact' && target?.name === 'stream_pipeline_naive_addon')
    .flatMap(({ filenames }) => filenames ?? [])
  const [file] = files
  if (file === undefined) throw new Error('cargo built the naive addon, but does not say where it lies')
  return file
}
