// `npm run bench`: the engine beside its peers in Rust, then the package beside its peers in Node.js.
//
//   npm run bench                             both; also with --list or --rounds N
//   npm run bench -- engine [NAME..] [..]     the one, with its own options: see benches/compare/main.rs
//   npm run bench -- node [NAME..] [..]       the other: see benches/node/main.ts

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))

const PARTS = {
  engine: ['cargo', 'bench', '--bench', 'compare', '--'],
  node: ['npx', '--no-install', 'tsx', 'benches/node/main.ts'],
} as const

const [first = '', ...rest] = process.argv.slice(2)

/** Runs a part; its exit status becomes ours if it is not 0. */
function run(part: keyof typeof PARTS, parameters: readonly string[]): void {
  const [program, ...before] = PARTS[part]
  const { status, error } = spawnSync(program, [...before, ...parameters], { cwd: root, stdio: 'inherit' })
  if (error !== undefined) throw error
  if (status !== 0) process.exit(status ?? 1)
}

if (first === 'engine' || first === 'node') {
  run(first, rest)
} else if (first === '' || first === '--list' || first === '--rounds') {
  run('engine', process.argv.slice(2))
  run('node', process.argv.slice(2))
} else {
  throw new Error(`Expected engine or node before ${first}: npm run bench -- engine ${process.argv.slice(2).join(' ')}`)
}
