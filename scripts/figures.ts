// Writes the tables of figures in the documents from what `npm run bench` has measured and benches/results keeps.
// `npm run figures`; with --check it only says whether the documents are up to date.
//
// Invariant: what stands between two markers comes from the results and from nowhere else.

import { readFileSync, writeFileSync } from 'node:fs'
import { engineFigures } from './figures/engine.js'
import { nodeFigures, nodeTargets } from './figures/node.js'

interface Section {
  readonly document: string
  readonly begin: string
  readonly end: string
  readonly make: () => string
}

const SECTIONS: readonly Section[] = [
  {
    document: 'README.md',
    begin: '<!-- figures: made by `npm run figures` from benches/results -->',
    end: '<!-- end of figures -->',
    make: engineFigures,
  },
  {
    document: 'README.md',
    begin: '<!-- node figures: made by `npm run figures` from benches/results -->',
    end: '<!-- end of node figures -->',
    make: nodeFigures,
  },
  {
    document: 'docs/performance.md',
    begin: '<!-- node targets: made by `npm run figures` from benches/results -->',
    end: '<!-- end of node targets -->',
    make: nodeTargets,
  },
]

const root = new URL('../', import.meta.url)
const isCheck = process.argv.includes('--check')

for (const { document, begin, end, make } of SECTIONS) {
  const url = new URL(document, root)
  const text = readFileSync(url, 'utf8')
  const start = text.indexOf(begin)
  const stop = text.indexOf(end)
  if (start < 0 || stop < start) throw new Error(`${document} has no place for figures: ${begin} .. ${end}`)
  const figures = make()
  const between = figures === '' ? '\n\n' : `\n\n${figures}\n\n`
  const made = text.slice(0, start + begin.length) + between + text.slice(stop)
  if (made === text) continue
  if (isCheck) throw new Error(`${document} does not show what benches/results says; run: npm run figures`)
  writeFileSync(url, made)
}
