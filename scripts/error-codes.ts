// Writes lib/error-codes.ts from the codes the binding was built with: Rust has the list. `npm run codes`.

import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const { errorCodes } = createRequire(import.meta.url)('../binding.cjs') as { errorCodes: () => string[] }
const list = errorCodes()
  .map((code) => `  '${code}',\n`)
  .join('')
const source = `// Made by \`npm run codes\` from the list in crates/stream-pipeline/src/error.rs. Do not edit.

/** Every code a {@link PipelineError} may have. What each means is said in the crate's \`ErrorCode\`. */
export const ERROR_CODES = [
${list}] as const

/** What went wrong, as a word to compare. */
export type ErrorCode = (typeof ERROR_CODES)[number]
`
writeFileSync(new URL('../lib/error-codes.ts', import.meta.url), source)
