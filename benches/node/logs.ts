// The files that the ETL reads: always the same ones, in a folder that goes when the comparison has ended.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where they lie. */
export interface Logs {
  readonly log: string
  /** Lines of `log`. */
  readonly lines: number
  /** A twentieth of it. */
  readonly warmUp: string
}

/** 198 MB: a hand-written loop needs more than a second for them, so that starting threads weighs little. */
const LINES = 1_200_000

const WRITER = fileURLToPath(new URL('write-log.mjs', import.meta.url))

/** Writes the files, and calls `use` with them. */
export function withLogs(use: (logs: Logs) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'stream-pipeline-logs-'))
  try {
    const written = (name: string, lines: number) => {
      const path = join(folder, name)
      execFileSync(process.execPath, [WRITER, path, String(lines)], { stdio: 'inherit' })
      return path
    }
    use({ log: written('log.jsonl', LINES), lines: LINES, warmUp: written('warm-up.jsonl', LINES / 20) })
  } finally {
    rmSync(folder, { recursive: true })
  }
}
