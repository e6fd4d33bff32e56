// Every example really started: a genuine request is answered 202, everything else 403 with one body.

import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { sign, verify } from '../src/index.js'
import { runtimes } from './runtimes.mjs'
import { Served } from './served.mjs'
import { ok, same } from './tally.mjs'

const KIT = fileURLToPath(new URL('..', import.meta.url))
const SECRET = 'a secret of the examples, 32 byte'
const BODY = Buffer.from(JSON.stringify({ repository: { full_name: 'acme/api' }, text: '\u{1f600}™' }))
const REQUEST = { eventKey: 'repo:push', requestId: 'request-1' }
const JSON_TYPE = ['Content-Type', 'application/json']
const SIGNATURE = 'X-Hub-Signature'

/** Puts the examples beside the packages, and checks each. The kit is there already, as it would be published. */
export async function checkExamples(tally, packages) {
  await cp(join(KIT, 'examples'), join(packages, 'examples'), { recursive: true })
  const folder = await mkdtemp(join(tmpdir(), 'countersign-examples-'))
  const secretFile = join(folder, 'secret')
  await writeFile(secretFile, `${SECRET}\n`)
  const env = { ...process.env, PORT: '0', DENO_NO_UPDATE_CHECK: '1', DO_NOT_TRACK: '1', NEXT_TELEMETRY_DISABLED: '1', NO_COLOR: '1' }
  for (const name of ['COUNTERSIGN_SECRET', 'COUNTERSIGN_SECRET_FILE']) delete env[name]
  const scene = { packages, env: { ...env, DENO_DIR: join(packages, 'deno') }, secretFile }
  try {
    for (const example of examples(scene)) await checkServed(tally, scene, example)
    await checkLambda(tally, scene)
    await checkSecretFile(tally, scene, folder)
    await checkPublish(tally, scene, folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function examples({ packages, env }) {
  const modules = join(packages, 'node_modules')
  const node = (file) => [process.execPath, file]
  const { deno, bun } = runtimes(modules)
  const next = join(modules, 'next/dist/bin/next')
  const nextFolder = join(packages, 'examples/nextjs')
  const old = Number(process.versions.node.split('.')[0]) < 20 && 'it needs Node.js 20'
  return [
    { name: 'Express', command: node('express.mjs'), unzips: true },
    { name: 'Fastify', command: node('fastify.mjs') },
    { name: 'Hono', command: node('hono.mjs'), missing: old },
    { name: 'node:http', command: node('node-http.mjs'), unzips: true },
    { name: 'NestJS', command: node(join(packages, 'compiled/nestjs.js')), unzips: true, missing: old },
    {
      name: 'Next.js',
      missing: old,
      command: [...node(next), 'start', nextFolder, '-H', '127.0.0.1', '-p', '0'],
      path: '/webhooks',
      prepare: () => buildNext(packages, nextFolder, next, env),
      // It loads a route when the first request comes.
      startsWithoutSecret: true,
    },
    {
      name: 'Deno',
      command: [deno, 'run', '--no-lock', '--no-remote', '--no-prompt', '--allow-net=127.0.0.1', '--allow-env', '--allow-read', 'fetch-handler.mjs'],
      missing: deno === null && 'its package is not installed',
    },
    { name: 'Bun', command: [bun, '--no-install', 'fetch-handler.mjs'], missing: bun === null && 'its package is not installed' },
  ]
}

async function checkServed(tally, { packages, env, secretFile }, { name, command, path = '', ...about }) {
  if (about.missing) return tally.skip(`example: ${name}`, about.missing)
  const cwd = join(packages, 'examples')
  const title = (what) => `example: ${name}: ${what}`
  let served = null
  await tally.test(title('starts'), async () => {
    about.prepare?.()
    served = await Served.start(command, { cwd, env: { ...env, COUNTERSIGN_SECRET_FILE: secretFile } })
  })
  if (served === null) return
  try {
    for (const [what, check] of exchanges(served, path, about.unzips)) await tally.test(title(what), check)
  } finally {
    await served.stop()
  }
  await tally.test(title('says neither secret nor digest'), () => ok(!/a secret of|[0-9a-f]{32}/.test(served.output), served.output))
  if (about.startsWithoutSecret) return
  for (const value of [undefined, ' \n']) {
    const set = value === undefined ? env : { ...env, COUNTERSIGN_SECRET: value }
    await tally.test(title(`does not start with the secret ${JSON.stringify(value)}`), async () => {
      const started = await Served.start(command, { cwd, env: set }).catch(() => null)
      await started?.stop()
      ok(started === null, 'it started')
    })
  }
}

function exchanges(served, path, unzips = false) {
  const signed = async (body = BODY, secret = SECRET) => sign('bitbucket-cloud', secret, REQUEST, body)
  const accepted = async (headers, body) => {
    const { status, body: text } = await served.post(headers, body, path)
    same([status, JSON.parse(text)], [202, { status: 'accepted' }])
  }
  let refusal = null
  const refused = async (headers, body) => {
    const answer = await served.post(headers, body, path)
    same(answer.status, 403, 'status')
    refusal ??= answer.body
    same(answer.body, refusal, 'body, which is the same for every refusal')
  }
  const tampered = Buffer.from(BODY.toString().replace('acme', 'evil'))
  const without = (headers) => headers.filter(([name]) => name !== SIGNATURE)
  const checks = [
    ['genuine', async () => accepted([...(await signed()), JSON_TYPE], BODY)],
    ['genuine, as text', async () => accepted([...(await signed()), ['Content-Type', 'text/plain']], BODY)],
    ['genuine, as a form', async () => accepted([...(await signed()), ['Content-Type', 'application/x-www-form-urlencoded']], BODY)],
    ['genuine, without a type', async () => accepted(await signed(), BODY)],
    ['tampered', async () => refused([...(await signed()), JSON_TYPE], tampered)],
    ['unsigned', async () => refused([...without(await signed()), JSON_TYPE], BODY)],
    ['with another secret', async () => refused([...(await signed(BODY, 'another secret')), JSON_TYPE], BODY)],
    ['no JSON and not genuine: verified before it is parsed', async () => refused([...(await signed()), JSON_TYPE], Buffer.from('{'))],
    ['empty and not genuine', async () => refused([...(await signed()), JSON_TYPE], Buffer.alloc(0))],
    ['two signatures, both genuine', async () => {
      const all = await signed()
      await refused([...all, ...all.filter(([name]) => name === SIGNATURE), JSON_TYPE], BODY)
    }],
    ['sha1 in the header of that name', async () =>
      refused([...without(await signed()), [SIGNATURE, `sha1=${'0'.repeat(40)}`], JSON_TYPE], BODY)],
    ['too large', async () => {
      const large = Buffer.alloc(3 * 1024 * 1024, 0x20)
      const status = await served.post([...(await signed(large)), JSON_TYPE], large, path).then((answer) => answer.status, () => 413)
      ok(status >= 400, `status ${status}`)
    }],
    ['genuine once more', async () => accepted([...(await signed()), JSON_TYPE], BODY)],
  ]
  if (!unzips) return checks
  const gzip = ['Content-Encoding', 'gzip']
  return [
    ...checks,
    ['genuine, zipped on the way', async () => accepted([...(await signed()), JSON_TYPE, gzip], gzipSync(BODY))],
    ['zipped, too large when unzipped', async () => {
      const large = Buffer.alloc(30 * 1024 * 1024, 0x20)
      const { status } = await served.post([...(await signed(large)), JSON_TYPE, gzip], gzipSync(large), path)
      ok(status >= 400, `status ${status}`)
    }],
  ]
}

/** Builds the application of the route, unless it was built from the same files. */
function buildNext(packages, folder, next, env) {
  const files = ['examples/nextjs/app/webhooks/route.ts', 'examples/secret.mjs', 'package.json', 'node_modules/countersign-webhooks.sha256']
  const hash = createHash('sha256')
  for (const file of files) hash.update(readFileSync(join(packages, file)))
  const [wanted, stamp] = [hash.digest('hex'), join(folder, '.next/built-from')]
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  writeFileSync(join(folder, 'package.json'), '{ "name": "example", "private": true }\n')
  // The types are checked with those of all examples; the root is where node_modules is.
  const config = { typescript: { ignoreBuildErrors: true }, turbopack: { root: packages }, outputFileTracingRoot: packages }
  writeFileSync(join(folder, 'next.config.mjs'), `export default ${JSON.stringify(config)}\n`)
  const done = spawnSync(process.execPath, [next, 'build', folder], { encoding: 'utf8', env, timeout: 180_000 })
  ok(done.status === 0, `next build: ${done.error ?? ''}${done.stdout}${done.stderr}`)
  writeFileSync(stamp, wanted)
}

/** The handler is called as AWS calls it, with events of each kind. */
async function checkLambda(tally, { packages, secretFile }) {
  process.env.COUNTERSIGN_SECRET_FILE = secretFile
  const { handler } = await import(pathToFileURL(join(packages, 'examples/lambda.mjs')).href)
  delete process.env.COUNTERSIGN_SECRET_FILE
  const pairs = await sign('bitbucket-cloud', SECRET, REQUEST, BODY)
  const twice = [...pairs, pairs.at(-1)]
  const single = (list) => ({ headers: Object.fromEntries(list.map(([name, value]) => [name.toLowerCase(), value])) })
  const multi = (list) => {
    const multiValueHeaders = {}
    for (const [name, value] of list) multiValueHeaders[name] = [...(multiValueHeaders[name] ?? []), value]
    return { ...single(list), multiValueHeaders }
  }
  const joined = { ...single(pairs).headers, 'x-hub-signature': `${pairs.at(-1)[1]},${pairs.at(-1)[1]}` }
  const base64 = (body) => ({ body: Buffer.from(body).toString('base64'), isBase64Encoded: true })
  const text = (body) => ({ body: Buffer.from(body).toString(), isBase64Encoded: false })
  const events = [
    [202, 'base64', { ...single(pairs), ...base64(BODY) }],
    [202, 'text', { ...single(pairs), ...text(BODY) }],
    [202, 'base64, lists of headers', { ...multi(pairs), ...base64(BODY) }],
    [403, 'tampered base64', { ...single(pairs), ...base64('{}') }],
    [403, 'tampered text', { ...single(pairs), ...text('{}') }],
    [403, 'text that says it is base64', { ...single(pairs), body: BODY.toString(), isBase64Encoded: true }],
    [403, 'base64 that says it is text', { ...single(pairs), body: BODY.toString('base64'), isBase64Encoded: false }],
    [403, 'no body', { ...single(pairs), body: null, isBase64Encoded: false }],
    [403, 'no headers', { headers: null, multiValueHeaders: null, ...text(BODY) }],
    [403, 'two signatures', { ...multi(twice), ...text(BODY) }],
    [403, 'two signatures, joined', { headers: joined, ...text(BODY) }],
  ]
  for (const [status, what, event] of events) {
    await tally.test(`example: AWS Lambda: ${what}`, async () => {
      const [log, error] = [console.log, console.error]
      console.log = console.error = () => {}
      const answer = await handler(event).finally(() => Object.assign(console, { log, error }))
      same([answer.statusCode, answer.body], [status, `{"status":"${status === 202 ? 'accepted' : 'refused'}"}`])
    })
  }
}

/** A secret is bytes; one line ending after it is none of them. */
async function checkSecretFile(tally, { packages }, folder) {
  const { secretFromEnvironment } = await import(pathToFileURL(join(packages, 'examples/secret.mjs')).href)
  const file = join(folder, 'other-secret')
  const read = async (bytes) => {
    await writeFile(file, bytes)
    process.env.COUNTERSIGN_SECRET_FILE = file
    try {
      return secretFromEnvironment()
    } finally {
      delete process.env.COUNTERSIGN_SECRET_FILE
    }
  }
  const binary = Buffer.from([0xff, 0x00, 0xc3, 0x28, 0x0d])
  const ends = [[], [0x0a], [0x0d, 0x0a]]
  for (const end of ends) {
    await tally.test(`example: a secret file of bytes that are no text, ended by [${end}]`, async () => {
      const expected = end.length === 1 ? binary.subarray(0, 4) : binary
      same([...(await read(Buffer.concat([binary, Buffer.from(end)])))], [...expected])
    })
  }
  await tally.test('example: no more than one line ending is removed', async () =>
    same(Buffer.from(await read('s \n\n')).toString(), 's \n'))
  await tally.test('example: what is signed with bytes is verified with them', async () => {
    const pairs = await sign('bitbucket-cloud', binary, REQUEST, BODY)
    await verify('bitbucket-cloud', await read(binary), pairs, BODY)
  })
  for (const blank of ['', '\n', ' \r\n', '\u00a0']) {
    await tally.test(`example: a secret file of ${JSON.stringify(blank)} is refused`, async () => {
      const secret = await read(blank).catch(() => null)
      ok(secret === null, `it was read as [${secret}]`)
    })
  }
}

async function checkPublish(tally, { packages, env }, folder) {
  const server = createServer((request, response) => {
    const genuine = request.headers.authorization === 'Bearer tok_1' && request.url === '/api/v1/events?key=a.b&scope=acme&request_id=r1'
    response.writeHead(genuine ? 202 : 401, { 'Content-Type': 'application/json' })
    response.end(genuine ? '{"id": "evt_1", "deliveries": 2}' : '{"code": "unauthorized"}')
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const run = async (token) => {
    await writeFile(join(folder, 'token'), `${token}\n`)
    const given = { ...env, COUNTERSIGN_SERVER: `http://127.0.0.1:${server.address().port}`, COUNTERSIGN_TOKEN_FILE: join(folder, 'token') }
    return new Promise((resolve) => {
      const options = { cwd: join(packages, 'examples'), env: given, encoding: 'utf8', timeout: 20_000 }
      const done = execFile(process.execPath, ['publish.mjs', 'a.b', 'acme', 'r1'], options, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, stdout, stderr }))
      done.stdin.end('{}')
    })
  }
  await tally.test('example: publishing', async () => same((await run('tok_1')).stdout, 'evt_1: 2 deliveries\n'))
  await tally.test('example: publishing with a wrong token', async () => {
    const { code, stdout, stderr } = await run('tok_2')
    same([code, stdout, stderr], [1, '', 'not published: 401 unauthorized\n'])
  })
  server.close()
}
