// The project's test vectors. Portable: `load(name)` answers a parsed file. With `everyShape` each request is
// shown in every shape that headers come in, else as a list of pairs and as `Headers`.

import { ok, rejection, same } from './tally.mjs'

export const DIALECT_FILES = [
  'bitbucket-cloud',
  'bitbucket-data-center',
  'github',
  'gitlab',
  'gitea',
  'standard-webhooks',
  'generic-hmac',
]
/** Refused requests of all dialects together; fewer would mean that files are missing or cut. */
const REFUSED_MIN = 100

export async function checkVectors(kit, load, tally, everyShape = false) {
  let refused = 0
  for (const name of DIALECT_FILES) {
    const file = await load(name)
    same([file.format, file.dialect], [1, name], 'format and dialect')
    ok(file.verify.length > 0 && file.sign.length > 0, `${name} has cases`)
    refused += file.verify.filter((one) => one.refused !== undefined).length
    for (const one of file.verify) await tally.test(`${name}: ${one.name}`, () => checkVerify(kit, name, one, everyShape))
    for (const one of file.sign) await tally.test(`${name}, signing: ${one.name}`, () => checkSign(kit, name, one))
  }
  await tally.test(`at least ${REFUSED_MIN} vectors are refused`, () => ok(refused >= REFUSED_MIN, `there are ${refused}`))
  for (const one of (await load('secrets')).cases) await tally.test(`secrets: ${one.name}`, () => checkSecret(kit, one))
  for (const one of (await load('basic')).cases) await tally.test(`basic: ${one.name}`, () => checkBasic(kit, one, everyShape))
}

async function checkVerify(kit, name, one, everyShape) {
  const [dialect, secrets, body] = [dialectOf(kit, name, one), secretsOf(one), bodyOf(one)]
  for (const [shape, headers, isExact] of shapesOf(one.headers, everyShape)) {
    const result = kit.verify(dialect, secrets, headers, body, one.now)
    if (one.refused === undefined && isExact) {
      const { event_key: eventKey, request_id: requestId, attempt, secret_id: secretId } = one.accepted
      same(await result, { eventKey, requestId, attempt, secretId }, shape)
      continue
    }
    // Where two headers may have been made one, a text that could be two is refused; what a signature does
    // not cover may differ.
    if (one.refused === undefined && (await settled(result)) === undefined) continue
    const error = await rejection(result)
    ok(error instanceof kit.WebhookError, `${shape}: ${error?.stack}`)
    same(error.reason, isExact ? one.refused : one.refused === undefined ? 'signature_repeated' : error.reason, shape)
    for (const secret of secrets.values()) ok(!holdsText(error.message, secret), 'the message holds a secret')
    ok(!/[0-9A-Fa-f]{16}|[A-Za-z0-9+/]{40}/.test(error.message), 'the message holds a digest')
  }
}

/** A name, the headers in that shape, and whether it shows that two headers of one name are two. */
function shapesOf(pairs, everyShape) {
  const names = new Set(pairs.map(([name]) => name.toLowerCase()))
  const isExact = names.size === pairs.length && !pairs.some(([, value]) => value.includes(', '))
  const shapes = [['list of pairs', pairs, true]]
  const joined = joinedBy(pairs)
  if (joined !== null) shapes.push(['Headers', joined, isExact])
  if (!everyShape) return shapes
  const byName = new Map()
  for (const [name, value] of pairs) byName.set(name, [...(byName.get(name) ?? []), value])
  shapes.push(['rawHeaders', pairs.flat(), true])
  shapes.push(['map of lists', byName, true])
  shapes.push(['object of lists', Object.fromEntries(byName), true])
  if (names.size === pairs.length) shapes.push(['object of texts', Object.fromEntries(pairs), isExact])
  return shapes
}

/** As `Headers`; null where they cannot hold a value that no HTTP parser lets through. */
function joinedBy(pairs) {
  try {
    return new Headers(pairs)
  } catch {
    return null
  }
}

const settled = (promise) => promise.then(() => undefined, (error) => error)

async function checkSign(kit, name, one) {
  const request = {
    eventKey: one.event_key,
    requestId: one.request_id,
    attempt: one.attempt,
    hookId: one.hook_id,
    now: one.now,
  }
  const [dialect, secrets, body] = [dialectOf(kit, name, one), secretsOf(one), bodyOf(one)]
  const headers = await kit.sign(dialect, secrets, request, body)
  same(headers, one.headers, 'headers')
  same((await kit.verify(dialect, secrets, headers, body, one.now)).secretId !== null, true, 'what was signed verifies')
}

async function checkSecret(kit, one) {
  const dialect = dialectOf(kit, one.dialect, { generic_hmac: { header: 'X-Signature' } })
  const error = await rejection(kit.verify(dialect, bytesOf(one.base64), [], new Uint8Array()))
  // A secret that can be used gets as far as the first check of the request.
  same(error.reason, one.accepted ? 'signature_missing' : one.refused, 'reason')
}

async function checkBasic(kit, one, everyShape) {
  for (const [shape, headers] of shapesOf(one.headers, everyShape)) {
    same(await kit.basicMatches(one.username, one.password, headers), one.matches, shape)
  }
}

function dialectOf(kit, name, one) {
  if (name !== 'generic-hmac') return name
  const { header, event_key_header: eventKeyHeader, request_id_header: requestIdHeader, ...rest } = one.generic_hmac
  return kit.genericHmac(header, { ...rest, eventKeyHeader, requestIdHeader })
}

const secretsOf = (one) => new Map(one.secrets.map(({ id, base64 }) => [id, bytesOf(base64)]))

function bodyOf({ body_base64: base64, body_times: times = 1 }) {
  const part = bytesOf(base64)
  const body = new Uint8Array(part.length * times)
  for (let at = 0; at < times; at += 1) body.set(part, at * part.length)
  return body
}

export const bytesOf = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))

function holdsText(text, secret) {
  return secret.length > 4 && text.includes(String.fromCharCode(...secret))
}
