// The public data set that is read unless another file is named: reports of collisions between aircraft and wildlife.
//
// From the FAA Wildlife Strike Database, a data set of the U.S. Government and so in the public domain; the npm package
// vega-datasets ships 10,000 of its records.

import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const dataSet = {
  title: '10,000 wildlife strikes reported to the U.S. FAA (npm package vega-datasets)',
  path: relative('', fileURLToPath(new URL('../data/birdstrikes.csv', import.meta.resolve('vega-datasets')))),
  /** Often enough to watch for some ten seconds on two cores. */
  repeat: 200,
  /** Records that end with a speed above 0, which the header does not. */
  match: ',[1-9][0-9]*$',
} as const
