// What the command line may say.

import { basename, extname, join } from 'node:path'
import { parseArgs } from 'node:util'

import { dataSet } from './data-set.js'

export const HELP = `Usage: npm start -- [options]

Reads a file, keeps the records that match, makes each a line of JSON, and writes them compressed. By default the file is
${dataSet.title}.

  --input FILE    read FILE instead: records of a .csv or .tsv file with a header, lines of any other
  --match REGEX   keep the records in which REGEX matches (default: all that are not empty; of the data set,
                  those with a recorded speed)
  --output FILE   write to FILE (default: out/NAME.jsonl.gz)
  --repeat N      read the input N times, one after the other (default: 1; the data set: ${dataSet.repeat})
  --plain         a line per second instead of the live table; so it is, too, where there is no terminal
  --help          say this

Ctrl-C stops reading, finishes what is in flight, and exits with 130; a second one exits at once.
NO_COLOR=1 turns colours off, DEBUG=1 shows where an error comes from.`

export interface Options {
  readonly help: boolean
  readonly plain: boolean
  readonly input: string
  readonly output: string
  readonly repeat: number
  /** Which records are kept, instead of the default ones. */
  readonly match: string | undefined
}

/** The command line asks for something that there is not. */
export class UsageError extends Error {}

export function parseOptions(args: string[]): Options {
  const { help = false, plain = false, input = dataSet.path, match, ...given } = parse(args)
  const name = basename(input, extname(input))
  return {
    help,
    plain,
    input,
    match,
    output: given.output ?? join('out', `${name}.jsonl.gz`),
    repeat: given.repeat === undefined ? (input === dataSet.path ? dataSet.repeat : 1) : parseCount(given.repeat),
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        input: { type: 'string' },
        match: { type: 'string' },
        output: { type: 'string' },
        repeat: { type: 'string' },
        plain: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`--repeat takes a whole number from 1 on, not '${text}'`)
  return Number(text)
}
