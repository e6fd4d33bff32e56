// Vectors and behaviour in whatever runtime starts this file: node, deno, bun. Ends with a line of counts.
// With the argument `every-shape`, the vectors in every shape of headers.

import { readFileSync } from 'node:fs'
import process from 'node:process'
import * as kit from '../src/index.js'
import * as mac from '../src/mac.js'
import { checkBehaviour } from './behaviour.mjs'
import { Tally } from './tally.mjs'
import { checkVectors } from './vectors.mjs'

const vectors = new URL('../../../vectors/', import.meta.url)
const load = (name) => JSON.parse(readFileSync(new URL(`${name}.json`, vectors), 'utf8'))

const tally = new Tally()
await checkBehaviour(kit, mac, tally)
await tally.test('the vectors can be read', () => checkVectors(kit, load, tally, process.argv.includes('every-shape')))
console.log(tally.line)
