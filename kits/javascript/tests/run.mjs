// All tests of the kit. Ends with one line `N passed, N failed, N skipped`; exit status 1 if one failed.
//
//   node tests/run.mjs [--packages FOLDER] [--chromium PROGRAM]
//
// FOLDER holds node_modules with what tests/packages/package.json lists. Without it, what needs packages
// (examples, types, Deno, Bun, the oldest Node) is skipped.

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { inChromium } from './browser.mjs'
import { checkBroken } from './broken.mjs'
import { checkExamples } from './examples.mjs'
import { checkPackage } from './packaged.mjs'
import { checkPublishing } from './publishing.mjs'
import { runtimes } from './runtimes.mjs'
import { Tally } from './tally.mjs'

const { values: options } = parseArgs({ options: { packages: { type: 'string' }, chromium: { type: 'string' } } })
const modules = options.packages === undefined ? null : join(options.packages, 'node_modules')
const tally = new Tally()

const { deno, bun, oldest } = modules === null ? { deno: null, bun: null, oldest: null } : runtimes(modules)
const DENO = ['run', '--no-config', '--no-lock', '--no-remote', '--no-npm', '--no-prompt', '--allow-read']
const RUNTIMES = [
  ['Node.js', process.execPath, [], ['every-shape']],
  ['Node.js 18', oldest, [], []],
  ['Deno', deno, DENO, []],
  ['Bun', bun, ['--no-install'], []],
]

async function inRuntime([name, program, flags, given]) {
  if (program === null) return tally.skip(`${name}: vectors`, 'its package is not installed')
  const script = fileURLToPath(new URL('portable.mjs', import.meta.url))
  const env = { ...process.env, DENO_NO_UPDATE_CHECK: '1', DO_NOT_TRACK: '1', NO_COLOR: '1' }
  if (modules !== null) env.DENO_DIR = join(modules, '../deno')
  const output = await new Promise((resolve) => {
    const options = { env, encoding: 'utf8', timeout: 180_000, maxBuffer: 1 << 26 }
    execFile(program, [...flags, script, ...given], options, (error, stdout, stderr) => resolve(`${error ?? ''}${stderr}\n${stdout}`))
  })
  tally.add(name, output)
}

async function inBrowser() {
  if (options.chromium === undefined) return tally.skip('Chromium: vectors', 'no --chromium was given')
  tally.add('Chromium', await inChromium(options.chromium))
}

await Promise.all([...RUNTIMES.map(inRuntime), inBrowser()])
await checkPublishing(tally)
await checkBroken(tally)
if (modules === null) {
  tally.skip('types, package and examples', 'no --packages was given')
} else {
  await checkPackage(tally, options.packages)
  await checkExamples(tally, options.packages)
}
console.log(tally.line)
process.exitCode = tally.failed === 0 ? 0 : 1
