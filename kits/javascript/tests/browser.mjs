// Vectors and behaviour in headless Chromium, from a server on loopback (a secure context: crypto.subtle).

import { spawn } from 'node:child_process'
import { createReadStream, existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const TYPES = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.json': 'application/json' }
const LIMIT_MS = 90_000

const PAGE = `<!doctype html><title>kit</title><script type="module">
import * as kit from '/kits/javascript/src/index.js'
import * as mac from '/kits/javascript/src/mac.js'
import { checkBehaviour } from '/kits/javascript/tests/behaviour.mjs'
import { checkVectors } from '/kits/javascript/tests/vectors.mjs'
import { Tally } from '/kits/javascript/tests/tally.mjs'
const tally = new Tally()
const load = async (name) => (await fetch('/vectors/' + name + '.json')).json()
await checkBehaviour(kit, mac, tally)
await tally.test('the vectors can be read', () => checkVectors(kit, load, tally))
await fetch('/done', { method: 'POST', body: [...tally.failures, tally.line].join('\\n') })
</script>`

const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-dev-shm-usage',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-default-apps',
]

/** Resolves to what the page reported. */
export async function inChromium(program) {
  let report = null
  const reported = new Promise((resolve) => (report = resolve))
  const server = createServer((request, response) => answer(request, response, report))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const profile = await mkdtemp(join(tmpdir(), 'countersign-chromium-'))
  const address = `http://127.0.0.1:${server.address().port}/`
  const browser = spawn(program, [...FLAGS, `--user-data-dir=${profile}`, address], { stdio: 'ignore', detached: true })
  const ended = new Promise((resolve) => browser.once('exit', (code) => resolve(`chromium ended with ${code}`)))
  browser.once('error', (error) => report(`chromium does not start: ${error.message}`))
  let timer = null
  const late = new Promise((resolve) => (timer = setTimeout(resolve, LIMIT_MS, `no report after ${LIMIT_MS} ms`)))
  try {
    return await Promise.race([reported, ended, late])
  } finally {
    clearTimeout(timer)
    endGroup(browser)
    await ended
    server.closeAllConnections()
    server.close()
    await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
}

/** Chromium's own processes are in the group that this process has started. */
function endGroup(browser) {
  try {
    process.kill(-browser.pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

function answer(request, response, report) {
  const path = new URL(request.url, 'http://127.0.0.1').pathname
  if (request.method === 'POST') {
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      response.end()
      report(Buffer.concat(chunks).toString())
    })
    return
  }
  const file = normalize(join(ROOT, path))
  const isOurs = file.startsWith(join(ROOT, 'kits/javascript/')) || file.startsWith(join(ROOT, 'vectors/'))
  if (path === '/') {
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(PAGE)
  } else if (isOurs && existsSync(file)) {
    response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' })
    createReadStream(file).pipe(response)
  } else {
    response.writeHead(404).end()
  }
}
